"""Environment and `.env` to `Settings`: flag > environment > `.env` > default. Read only at the edge."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import UsageError

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What can be set from outside. Ours begin with DATELINE_; others' keep their names."""

    model_config = SettingsConfigDict(
        env_prefix="DATELINE_",
        env_file=ROOT / ".env",
        extra="ignore",
        env_ignore_empty=True,
        frozen=True,
        populate_by_name=True,
    )

    home: Path = ROOT / ".dateline"
    cache: Path = Field(default_factory=lambda: Path.home() / ".cache" / "dateline")
    minilm_dir: Path | None = None
    port: int = Field(default=8501, ge=1, le=65535)
    today: date | None = None

    # The door of a page on the office network: a password, or a header in which a proxy on this machine names the user.
    password: SecretStr | None = Field(default=None, min_length=8)
    user_header: str | None = None
    groups_header: str | None = None  # in which that proxy names the user's groups, separated by commas
    # OpenID Connect in place of both: the provider's metadata, and who we are to it.
    oidc_metadata: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_cookie_secret: SecretStr | None = Field(default=None, min_length=32)  # else one is made and kept
    oidc_address: str | None = None  # the page's own, as browsers know it: https://dateline.example.org
    oidc_scope: str = "openid email profile"
    oidc_groups_claim: str = "groups"
    oidc_hours: float = Field(default=12, gt=0)  # how long a sign-in and its groups hold

    # A language model writes only where DATELINE_MODEL names one: a key in the shell alone sends nothing out.
    model: str | None = None
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")
    context_window: int = Field(default=8192, ge=1024)  # tokens
    price_in: float | None = Field(default=None, ge=0)  # per million tokens
    price_out: float | None = Field(default=None, ge=0)
    timeout: float = Field(default=60, gt=0)  # seconds for a model's whole answer
    limit_session: float | None = Field(default=None, ge=0)  # what models may cost, in the prices' currency
    limit_day: float | None = Field(default=None, ge=0)
    proxy: str | None = None  # HTTP_PROXY of the shell is not used

    # Another embedder than MiniLM: whatever speaks /v1/embeddings. Its key is OPENAI_API_KEY, unless it has an address
    # of its own.
    embedding_model: str | None = None
    embedding_base_url: str | None = None
    embedding_api_key: SecretStr | None = None
    embedding_batch: int = Field(default=32, ge=1, le=2048)  # passages in one request
    embedding_timeout: float = Field(default=4, gt=0)  # seconds that a question waits for its vector
    embedding_price: float | None = Field(default=None, ge=0)  # per million tokens

    @field_validator("openai_base_url", "embedding_base_url", "oidc_metadata", "oidc_address")
    @classmethod
    def _address(cls, address: str | None) -> str | None:
        if address is not None and not address.startswith(("http://", "https://")):
            raise ValueError("it must begin with http:// or https://")
        return address

    @field_validator("home", "cache", "minilm_dir")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @property
    def day(self) -> date:
        """The day from which "yesterday" counts."""
        return self.today or date.today()


def load(**flags: object) -> Settings:
    """The settings, with the flags that were given (None: not given) before everything else.

    Raises:
        UsageError: a value cannot be read.
    """
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        name, told = field.upper(), f"{first['input']!r} was given; {first['msg']}"
        known = Settings.model_fields.get(field)
        if known is None or "SecretStr" in str(known.annotation):  # what is secret is not repeated
            told = str(first["msg"])
        raise UsageError(
            name if name.startswith("OPENAI_") else f"DATELINE_{name}",
            told,
            "Correct it in the environment or in .env.",
        ) from error
