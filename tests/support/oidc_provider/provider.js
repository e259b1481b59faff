// A certified OpenID provider, for tests alone: it signs in a user who types a name.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import Provider from "oidc-provider";

const { PORT, CALLBACK, CLIENT_ID, CLIENT_SECRET } = process.env;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
// Another key each time that it starts.
const key = { ...privateKey.export({ format: "jwk" }), kid: randomBytes(8).toString("hex") };

const provider = new Provider(`http://127.0.0.1:${PORT}`, {
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [CALLBACK] }],
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: [randomBytes(16).toString("hex")] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: id, email: `${id}@example.com`, email_verified: true }),
  }),
  jwks: { keys: [{ ...key, alg: "RS256", use: "sig" }] },
});
provider.listen(Number(PORT), "127.0.0.1");
