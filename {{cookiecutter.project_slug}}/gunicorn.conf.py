"""Settings that gunicorn reads by itself; see its documentation for the rest."""

import os

# One that is killed leaves one. As many as there are cores is best: `--workers` says so,
# or WEB_CONCURRENCY, as many hosts set it.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))

# A refused start then ends the master with one line, instead of workers that
# fail and are started again for ever.
preload_app = True

# The app alone judges forwarded headers, by TRUSTED_PROXIES. By default gunicorn
# believes every client on this machine about its scheme and its path.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}

# No second way in: anyone could stop the app through it who runs code as its user,
# and two apps of one user would take its path from each other.
control_socket_disable = True

# A login computes for a tenth of a second, and waits its turn to do so: see auth/passwords.py,
# which lets 48 wait or compute. core/web/request.py waits for 32 forms that have not arrived.
worker_class = "gthread"
threads = 100

# It ends a worker that hangs as a whole; a slow request keeps one thread, no more.
timeout = 30

# At a stop, what was asked is still answered: within less than the ten seconds after
# which Docker kills.
graceful_timeout = 8

# Longer than proxies keep an idle connection (Caddy: two minutes, Google's load balancer:
# ten). Closed by this side, it may just then carry a form, which ends in a 502. It waits
# without a thread.
keepalive = 620

# Links have their tokens in the path; what matters the app logs itself.
accesslog = None
