"""Check what people type into the pages of their account."""

from wtforms import Form, SelectField
from wtforms.validators import AnyOf

from ..auth.forms import name_field, password_field
from ..i18n import NAMES
from ..i18n import lazy_gettext as lazy


class ProfileForm(Form):
    name = name_field()
    language = SelectField(
        lazy("Language"),
        choices=NAMES,
        # The field's own check speaks English alone.
        validate_choice=False,
        validators=[AnyOf(NAMES, message=lazy("Please choose one of these."))],
    )


class ChangePasswordForm(Form):
    current_password = password_field(lazy("Current password"), "current-password")
    password = password_field(lazy("New password"), "new-password")
