"""Settings that gunicorn reads by itself; see its documentation for the rest."""

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

# A login computes for a tenth of a second, and waits its turn to do so: see passwords.py,
# which lets fewer wait than there are threads.
worker_class = "gthread"
threads = 64
