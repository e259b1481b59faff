"""A column of the owner's by the name of the part's attribute stops the start."""

from importlib import reload

import pytest

from my_flask_app.account.admin import roles
from my_flask_app.core.environ import ConfigError


def test_a_column_named_role_is_refused_in_one_sentence() -> None:
    # The first import has put the attribute there, as a column would.
    with pytest.raises(ConfigError) as refused:
        reload(roles)
    assert str(refused.value) == (
        "The column users.role has the name that the part admin uses: "
        "rename it, or delete account/admin/."
    )
