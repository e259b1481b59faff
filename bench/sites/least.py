"""Be about the least that speaks to a database: Flask, SQLAlchemy, one page."""

from __future__ import annotations

import os

from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy import text
from sqlalchemy.orm import Session

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"])


@app.get("/")
def home() -> str:
    with Session(engine) as session:
        return f"Hello, {session.scalar(text('SELECT name FROM users'))}"
