"""Every error this service raises on purpose.

    CdsError
    ├── KnowledgeError            a threshold, code, pattern, source or card is wrong; the start stops
    ├── SettingsError             a setting is wrong; the start stops
    ├── TokenRefused              401  the caller is not trusted; the answer never says why
    ├── ReadFailed                a read from a FHIR server brought nothing; the answer goes on without it
    ├── LaunchFailed              a SMART launch led to no chart; a page says in plain words what to do
    └── RequestRefused            this request gets no answer, and why
        ├── Malformed             400  invalid
        ├── ServerNotRegistered   403  forbidden
        ├── UnknownService        404  not-found
        ├── MethodNotAllowed      405  not-supported
        ├── SlowBody              408  timeout
        ├── DataMissing           412  incomplete
        ├── TooLarge              413  too-long
        ├── UnsupportedMediaType  415  not-supported
        ├── TooMany               429  throttled
        ├── ReplaysUnavailable    503  transient
        ├── StoreUnavailable      503  transient
        └── Stopping              503  transient

A refusal knows its HTTP status, its FHIR issue type and its sentence; nothing here knows a web framework. No
sentence holds chart text: `DataMissing` is given keys and reasons in the service's own words.
"""

from typing import ClassVar


class CdsError(Exception):
    """Something this service foresaw; its message says what is wrong, where, and what to do."""


class KnowledgeError(CdsError):
    """The knowledge or a card is wrong; the message names file, line or key, and the mend."""


class SettingsError(CdsError):
    """A setting is wrong; the message names it and says what it may be."""


class ReadFailed(CdsError):
    """A FHIR server was asked and gave nothing that can be used; the message says why, in words of ours.

    `status` is what it answered, 0 where it answered nothing; `retry_after` the seconds it asked us to wait.
    """

    def __init__(self, why: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.status = status
        self.retry_after = retry_after


class LaunchFailed(CdsError):
    """A SMART launch led to no chart. `why` is a word of ours, by which the page and the log line are chosen."""

    def __init__(self, why: str) -> None:
        super().__init__(f"a SMART launch ended: {why}")
        self.why = why


class TokenRefused(CdsError):
    """The caller is not trusted. `why` is a word for the log, `sentence` for whoever registers a client."""

    def __init__(self, why: str, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


class RequestRefused(CdsError):
    """The request gets an OperationOutcome in place of an answer."""

    status: ClassVar[int]
    issue_code: ClassVar[str]
    sentence: ClassVar[str]

    def __init__(self, diagnostics: str = "") -> None:
        super().__init__(diagnostics or self.sentence)

    @property
    def diagnostics(self) -> str:
        """What is wrong, in words fit for the caller."""
        return str(self)


class Malformed(RequestRefused):
    """The body is no CDS Hooks request."""

    status = 400
    issue_code = "invalid"
    sentence = "The body is not a CDS Hooks request; send one JSON object as the specification describes."


class ServerNotRegistered(RequestRefused):
    """The call names a FHIR server that is not registered, and the client's row says it must be."""

    status = 403
    issue_code = "forbidden"
    sentence = "The FHIR server that the call names is not registered for this client."


class UnknownService(RequestRefused):
    """Nothing answers at this path."""

    status = 404
    issue_code = "not-found"
    sentence = "There is no such service; GET /cds-services lists those there are."


class MethodNotAllowed(RequestRefused):
    """The path exists and answers other methods only, those of `allow`."""

    status = 405
    issue_code = "not-supported"
    sentence = "This path does not answer this method."

    def __init__(self, allow: tuple[str, ...]) -> None:
        super().__init__(f"{self.sentence} It answers {', '.join(allow)}.")
        self.allow = allow


class SlowBody(RequestRefused):
    """The body did not arrive in time."""

    status = 408
    issue_code = "timeout"
    sentence = "The body did not arrive in time; send it again."


class DataMissing(RequestRefused):
    """Required data could not be had; `missing` pairs each prefetch key with the reason, in words."""

    status = 412
    issue_code = "incomplete"
    sentence = "Required data could not be had."

    def __init__(self, missing: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{key}: {why}" for key, why in missing))
        self.missing = missing


class TooLarge(RequestRefused):
    """The body is larger than this service reads."""

    status = 413
    issue_code = "too-long"
    sentence = "The body is too large; leave out what the prefetch templates do not ask for."


class UnsupportedMediaType(RequestRefused):
    """The body is in a format or an encoding this service does not read."""

    status = 415
    issue_code = "not-supported"
    sentence = "Send application/json, plain or gzip."


class TooMany(RequestRefused):
    """The client calls more often than its row allows; `retry_after` is in whole seconds."""

    status = 429
    issue_code = "throttled"
    sentence = "Too many calls; send it again later."

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class ReplaysUnavailable(RequestRefused):
    """Whether a token was used before cannot be said."""

    status = 503
    issue_code = "transient"
    sentence = "The service cannot check tokens just now; send the call again."


class Stopping(RequestRefused):
    """The process was told to stop, and cannot wait any longer for the body."""

    status = 503
    issue_code = "transient"
    sentence = "The service is stopping; send the call again."


class StoreUnavailable(RequestRefused):
    """The database cannot be reached, or not in time."""

    status = 503
    issue_code = "transient"
    sentence = "The store cannot be reached; send it again."
