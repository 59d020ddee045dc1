"""Who is let in: what the settings must say, what is written for Streamlit, whom a provider's claims name."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rag import settings as settings_module
from rag import sign_in
from rag.errors import LibraryError, UsageError
from rag.settings import Settings
from tests.fakes.oidc_provider import providing

OIDC = {
    "oidc_metadata": "https://id.example.org/.well-known/openid-configuration",
    "oidc_client_id": "dateline",
    "oidc_client_secret": 'a "secret" \\ with ünusual letters',
}
NOW = 1_800_000_000.0


def told(home: Path, **said: Any) -> Settings:
    return settings_module.load(home=home, **said)


def test_all_or_none_of_what_it_needs_is_set_and_no_second_door(tmp_path: Path) -> None:
    assert not sign_in.uses_oidc(told(tmp_path))
    assert sign_in.uses_oidc(told(tmp_path, **OIDC))
    for left_out in OIDC:
        rest = {name: said for name, said in OIDC.items() if name != left_out}
        with pytest.raises(UsageError, match=f"DATELINE_{left_out.upper()} is not set"):
            sign_in.uses_oidc(told(tmp_path, **rest))
    for other in ({"password": "gulls and stairs"}, {"user_header": "x-user"}):
        with pytest.raises(UsageError, match="second door"):
            sign_in.has_door(told(tmp_path, **OIDC, **other))
    with pytest.raises(UsageError, match="DATELINE_OIDC_METADATA"):
        told(tmp_path, oidc_metadata="id.example.org")
    with pytest.raises(UsageError, match="DATELINE_USER_HEADER"):
        sign_in.has_door(told(tmp_path, groups_header="x-groups"))


def test_a_secret_is_shown_neither_by_the_settings_nor_by_an_error(tmp_path: Path) -> None:
    assert "unusual" not in repr(told(tmp_path, **OIDC)).replace("ü", "u")
    for name, short in (("oidc_cookie_secret", "tooshortbysome"), ("password", "gulls")):
        with pytest.raises(UsageError, match=f"DATELINE_{name.upper()}") as refused:
            told(tmp_path, **{name: short})
        assert short not in str(refused.value)


def test_the_secrets_are_the_owner_s_alone_and_the_cookie_s_stays_the_same(tmp_path: Path) -> None:
    path = sign_in.write_secrets(told(tmp_path / "home", port=8600, **OIDC), ["newsroom.local", "other"])
    first = tomllib.loads(path.read_text())["auth"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first["client_secret"] == OIDC["oidc_client_secret"]
    assert first["redirect_uri"] == "http://newsroom.local:8600/oauth2callback"
    assert first["client_kwargs"] == {"scope": "openid email profile"}
    path.chmod(0o644)
    again = told(
        tmp_path / "home", oidc_address="https://dateline.example.org/", oidc_scope="openid groups", **OIDC
    )
    second = tomllib.loads(sign_in.write_secrets(again, ["x"]).read_text())["auth"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert second["redirect_uri"] == "https://dateline.example.org/oauth2callback"
    assert second["client_kwargs"] == {"scope": "openid groups"}
    assert second["cookie_secret"] == first["cookie_secret"]
    path.write_text("not toml")
    assert (
        tomllib.loads(sign_in.write_secrets(again, []).read_text())["auth"]["cookie_secret"]
        != first["cookie_secret"]
    )
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError):
        sign_in.write_secrets(told(tmp_path / "file" / "home", **OIDC), [])


def named(**claims: Any) -> sign_in.Person | None:
    told = {"iss": "https://id.example.org", "sub": "41", "iat": NOW - 60, **claims}
    return sign_in.person(told, claim="groups", now=NOW, hours=12)


def test_claims_name_a_person_their_groups_and_no_other_provider_s_user() -> None:
    maja = named(name="Maja Holm", groups=["desk", " court  desk ", 7, ""])
    assert maja == sign_in.Person(
        "oidc:https://id.example.org 41", "Maja Holm", frozenset({"desk", "court desk"})
    )
    assert named(iss="https://other.example.org") != named()
    for said, groups in (("desk, court", {"desk", "court"}), (None, set()), ({"desk": True}, set())):
        found = named(groups=said)
        assert found is not None
        assert found.groups == groups
    found = named(email="maja@example.org")
    assert found is not None
    assert found.name == "maja@example.org"


@pytest.mark.parametrize(
    "claims",
    [{"sub": ""}, {"sub": None}, {"iss": None}, {"iat": None}, {"iat": "now"}, {"iat": NOW - 13 * 3600}],
)
def test_claims_without_a_name_or_too_old_let_nobody_in(claims: dict[str, Any]) -> None:
    assert named(**claims) is None


def test_what_is_no_provider_is_refused_at_the_start_and_one_that_is_away_is_told(tmp_path: Path) -> None:
    with providing({"maja": []}, "http://localhost/") as provider:
        assert sign_in.look(told(tmp_path, **OIDC | {"oidc_metadata": provider.metadata_url})) is None
        for wrong, fault in (
            (provider.address, "status 404"),
            (f"{provider.address}/jwks", "no OpenID Connect"),
        ):
            with pytest.raises(UsageError, match=fault):
                sign_in.look(told(tmp_path, **OIDC | {"oidc_metadata": wrong}))
        away = provider.metadata_url
    assert "cannot be reached now" in (sign_in.look(told(tmp_path, **OIDC | {"oidc_metadata": away})) or "")
