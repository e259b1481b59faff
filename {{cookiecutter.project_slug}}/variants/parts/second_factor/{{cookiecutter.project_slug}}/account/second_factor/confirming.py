"""Ask for a code when a user with a second factor confirms the password."""

from wtforms import Field, StringField
from wtforms.validators import DataRequired

from ...auth.forms import REQUIRED, reject
from ...auth.parts import Factor
from ...core.i18n import lazy_gettext as lazy
from ...models import User
from . import codes, store
from .views import CODE_INPUT


def _use(user: User, field: Field) -> bool:
    if codes.use(user, str(field.data)):
        return True
    reject(field, codes.refusal(user))
    return False


FACTOR = Factor(
    name="code",
    field=StringField(
        lazy("Code"),
        validators=[DataRequired(REQUIRED)],
        render_kw=CODE_INPUT,
    ),
    hint=codes.hint,
    is_set_up=store.is_set_up,
    use=_use,
    since=store.since,
    drop=store.drop,
)
