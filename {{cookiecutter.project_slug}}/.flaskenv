# Flask reads this file, and so none of that name in a folder above.
FLASK_APP=wsgi
