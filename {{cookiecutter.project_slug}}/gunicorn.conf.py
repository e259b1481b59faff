"""Settings that gunicorn reads by itself; see its documentation for the rest."""

import os
import sys

port = os.environ.get("PORT", "8000")
if not (port.isdecimal() and 0 < int(port) < 65536):
    sys.exit(f"PORT must be a number from 1 to 65535, not {port!r}.")
# By itself gunicorn would listen on all interfaces wherever PORT is set. Only the image sets
# LISTEN: there, the host decides who reaches the container. `--bind` overrides both.
bind = f"{os.environ.get('LISTEN', '127.0.0.1')}:{port}"

# Two workers, so that one survives if the other is killed. One per core is best: set it by
# `--workers` or by WEB_CONCURRENCY, as many hosts do.
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))

# If the app refuses to start, the master exits with one line, instead of restarting
# failing workers forever.
preload_app = True

# Only the app reads forwarded headers, by TRUSTED_PROXIES. By default gunicorn trusts
# every client on this machine about its scheme and its path.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}

# Disable the control socket: any process of the same user could stop the app, and two
# apps of one user would take its path from each other.
control_socket_disable = True

# A login hashes for a tenth of a second, and queues for it: auth/passwords.py lets 48 requests
# hash or wait. core/web/request.py waits for 32 unfinished forms.
worker_class = "gthread"
threads = 100

# This kills a worker that hangs as a whole; a slow request occupies only one thread.
timeout = 30

# At a stop, answer the requests that are open, within less than the ten seconds after
# which Docker kills.
graceful_timeout = 8

# Longer than proxies keep an idle connection (Caddy: two minutes, Google's load balancer:
# ten). If gunicorn closed it, a form sent at that moment would end in a 502. An idle
# connection occupies no thread.
keepalive = 620

# Off: the paths of mailed links contain tokens, and the app logs what matters itself.
accesslog = None
