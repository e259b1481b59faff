"""Settings that gunicorn reads by itself; see its documentation for the rest."""

# A refused start then ends the master with one line, instead of workers that
# fail and are started again for ever.
preload_app = True
