# Flask reads this file, and therefore no .flaskenv in a folder above.
FLASK_APP=wsgi
