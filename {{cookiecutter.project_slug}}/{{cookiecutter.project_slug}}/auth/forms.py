"""Define the forms of the sign-in pages, and check what users type."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, Field, Form, HiddenField, PasswordField, SelectField, StringField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import EmailInput

from ..core import addresses, names
from ..core.i18n import gettext as _, lazy_gettext as lazy
from . import passwords

REQUIRED = lazy("Please fill this in.")
ADDRESS = lazy("E-mail address")


class AddressField(StringField):
    """Take an e-mail address; its data is the address as accounts store it."""

    widget = EmailInput()

    def pre_validate(self, form: BaseForm) -> None:
        address = addresses.normalise(self.data or "")
        if address is None:
            raise ValidationError(_("This is not an e-mail address."))
        self.data = address


class ChoiceField(SelectField):
    """Let users choose one of a list; WTForms' own check has an English message only."""

    def pre_validate(self, form: BaseForm) -> None:
        # A page may leave the field out, such as the language of an app that has only one.
        if self.raw_data and self.data not in [value for value, *_more in self.iter_choices()]:
            raise ValidationError(_("Please choose one of these."))


def name_field(label: str, autocomplete: str) -> StringField:
    """Return a field whose data is the name as accounts store it, once the form is valid."""
    return StringField(
        label,
        # As a filter: a view may read the name before it validates the form.
        filters=[lambda text: names.normalise(text) if text else text],
        validators=[DataRequired(REQUIRED)],
        render_kw={"autocomplete": autocomplete, "dir": "auto"},
    )


def password_field(label: str, autocomplete: str) -> PasswordField:
    """Return a field that neither trims nor truncates: its data is the password in NFC."""
    return PasswordField(
        label,
        filters=[lambda text: passwords.normalise(text) if text else text],
        validators=[
            InputRequired(REQUIRED),
            Length(max=passwords.MAX_LENGTH, message=lazy("Please use a shorter password.")),
        ],
        # A browser would silently cut a pasted password at maxlength.
        render_kw={"autocomplete": autocomplete, "maxlength": False},
    )


class LoginForm(Form):
    email = AddressField(ADDRESS, render_kw={"autocomplete": "username", "required": True})
    password = password_field(lazy("Password"), "current-password")
    remember = BooleanField(lazy("Remember me on this device"))
    next = HiddenField()


class ConfirmForm(Form):
    password = password_field(lazy("Password"), "current-password")
    next = HiddenField()


class AddressForm(Form):
    email = AddressField(ADDRESS, render_kw={"autocomplete": "email", "required": True})


class NewPasswordForm(Form):
    password = password_field(lazy("New password"), "new-password")


class ResetForm(NewPasswordForm):
    end_others = BooleanField(
        lazy("Remove all of them. If you did not add them yourself, somebody else did."),
        default=True,
    )


class FinishRegistrationForm(NewPasswordForm):
    name = name_field(lazy("Your name"), "name")
    password = password_field(lazy("Password"), "new-password")


def show_form(page: str, form: Form, **values: object) -> ResponseReturnValue:
    """Show a form; after a POST it was rejected, so answer 422."""
    status = 422 if request.method == "POST" else 200
    return render_template(page, form=form, **values), status


def reject(field: Field, message: str) -> None:
    """Put an error on a field."""
    field.errors = [*field.errors, message]


def accept_password(field: Field, *, email: str, name: str) -> bool:
    """Tell whether a new password is acceptable; if not, put the reason on the field."""
    problem = passwords.weakness(field.data or "", email=email, name=name)
    if problem is not None:
        reject(field, problem)
    return problem is None
