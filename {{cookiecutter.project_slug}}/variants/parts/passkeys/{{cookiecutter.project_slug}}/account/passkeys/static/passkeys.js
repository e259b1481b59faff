// Add a passkey, or log in or confirm with one (WebAuthn Level 3). Pages work without this
// script: the box with the button stays hidden.
const box = document.querySelector(".passkey");
const failure = box.querySelector(".error");
const field = (name) => document.querySelector(`main [name=${name}]`);
const FRESH = 9 * 60 * 1000; // A challenge is valid for ten minutes.
let autofill; // A browser runs one request at a time, so the button aborts this one.
let offered = -FRESH;

async function post(url, data) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(data),
  });
  const said = await answer.json();
  if (said.location) {
    location.assign(said.location);
    return new Promise(() => {}); // The page is leaving.
  }
  if (!answer.ok) throw new Error(said.error);
  return said.publicKey;
}

async function ask(how) {
  const options = await post(box.dataset.options, {});
  if (box.dataset.kind === "add") {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey, ...how });
}

const finish = (credential) =>
  post(box.dataset.finish, {
    ...credential.toJSON(),
    name: field("new_name")?.value,
    next: field("next")?.value,
    remember: field("remember")?.checked,
  });

function show(error) {
  // Browsers describe their own errors in English.
  failure.textContent = error.name === "Error" ? error.message : box.dataset.failed;
}

async function offer() {
  autofill?.abort();
  autofill = new AbortController();
  offered = performance.now();
  let credential;
  try {
    credential = await ask({ mediation: "conditional", signal: autofill.signal });
  } catch {
    return; // The button is still there.
  }
  finish(credential).catch((error) => {
    show(error);
    offer();
  });
}

box.querySelector("button").addEventListener("click", async () => {
  autofill?.abort();
  failure.textContent = "";
  try {
    await finish(await ask());
  } catch (error) {
    show(error);
    if (autofill) offer();
  }
});

async function start() {
  box.hidden = false;
  if (box.dataset.kind !== "login" || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const renew = () => document.hidden || performance.now() - offered < FRESH || offer();
  renew();
  setInterval(renew, 60 * 1000);
  document.addEventListener("visibilitychange", renew);
}

if (window.PublicKeyCredential?.parseRequestOptionsFromJSON) start();
