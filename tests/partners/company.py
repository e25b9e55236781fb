# ruff: noqa: E501  (XML as it is sent)
"""Identity providers for tests: one on loopback that speaks OpenID Connect, one that signs SAML, and attackers."""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.utils import timezone
from lxml import etree

from partners.models import IdentityProvider
from partners.oidc import SECRET_PURPOSE
from prm.kernel.sealing import seal


@dataclass
class Key:
    """A key pair with its certificate."""

    private: Any
    pem: str
    certificate: str


@lru_cache(maxsize=4)
def make_key(name: str = "provider") -> Key:
    """Make a key pair, one per name."""
    private = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(private, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    pem = private.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    return Key(private, pem.decode(), certificate.public_bytes(encoding).decode())


# -- OpenID Connect


@dataclass
class OIDCServer:
    """What the provider answers; a test changes it to lie."""

    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] | None = None
    discovery: dict[str, Any] = field(default_factory=dict)
    key: Key = field(default_factory=make_key)
    algorithm: str = "RS256"
    kid: str = "k1"
    forge: Any = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    redirect_to: str = ""
    padding: int = 0

    def metadata(self) -> dict[str, Any]:
        """Return the discovery document."""
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        further = {"userinfo_endpoint": f"{self.issuer}/userinfo"} if self.userinfo is not None else {}
        made = {"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in ends.items()}, **further}
        return {**made, **self.discovery}

    def keys(self) -> dict[str, Any]:
        """Return the public keys."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.private.public_key()))
        return {"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]}

    def token(self) -> str:
        """Return an id token, or a forged one."""
        if self.forge is not None:
            return self.forge(self)
        return jwt.encode(self.claims, self.key.pem, algorithm=self.algorithm, headers={"kid": self.kid})

    def say(self, client_id: str, asked_nonce: str, **changes: Any) -> None:
        """Prepare what the next token says."""
        now = int(time.time())
        said = {
            "iss": self.issuer,
            "aud": client_id,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked_nonce,
            "email": "deals@northwind.example",
            "email_verified": True,
        }
        self.claims = {name: value for name, value in {**said, **changes}.items() if value is not None}


@contextmanager
def oidc_server() -> Iterator[OIDCServer]:
    """Run a provider on loopback."""
    server = OIDCServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            server.asked.append((path, {}))
            answers = {"/.well-known/openid-configuration": server.metadata, "/keys": server.keys}
            if path == "/userinfo":
                self._answer(server.userinfo)
            else:
                self._answer(answers[path]())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            server.asked.append((urlsplit(self.path).path, {k: v[0] for k, v in parse_qs(body).items()}))
            self._answer({"access_token": "a", "token_type": "Bearer", "id_token": server.token()})

        def _answer(self, content: Any) -> None:
            body = json.dumps(content).encode() + b" " * server.padding
            self.send_response(302 if server.redirect_to else 200)
            if server.redirect_to:
                self.send_header("Location", server.redirect_to)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.issuer = f"http://127.0.0.1:{listening.server_port}"
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            listening.shutdown()


def make_oidc(vendor: Any, issuer: str, **changes: Any) -> IdentityProvider:
    """Make a provider that is in use."""
    fields = {
        "vendor": vendor,
        "name": "Okta",
        "slug": f"{vendor.slug}-okta",
        "protocol": "oidc",
        "domains": [f"{vendor.slug}.example"],
        "issuer": issuer,
        "client_id": f"client-{vendor.slug}",
        "client_secret": seal("hush", purpose=SECRET_PURPOSE),
        "is_active": True,
    }
    return IdentityProvider.objects.create(**{**fields, **changes})


# -- SAML


def make_saml(vendor: Any, key: Key | None = None, **changes: Any) -> IdentityProvider:
    """Make a provider that is in use."""
    fields = {
        "vendor": vendor,
        "name": "Entra",
        "slug": f"{vendor.slug}-entra",
        "protocol": "saml",
        "domains": [f"{vendor.slug}.example"],
        "issuer": f"https://idp.{vendor.slug}.example/entity",
        "sign_in_url": f"https://idp.{vendor.slug}.example/sso",
        "certificates": (key or make_key()).certificate,
        "is_active": True,
    }
    return IdentityProvider.objects.create(**{**fields, **changes})


def stamp(seconds: float = 0) -> str:
    """Return a moment as SAML writes it."""
    return (timezone.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


TEMPLATE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"
 ID="{response_id}" Version="2.0" IssueInstant="{now}" Destination="{destination}"{response_to}>
<saml:Issuer>{issuer}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="{assertion_id}" Version="2.0" IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{form}">{name_id}</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData{recipient}{asked_by} NotOnOrAfter="{ends}"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{starts}" NotOnOrAfter="{ends}">{audience}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="s1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
{attributes}</saml:Assertion></samlp:Response>"""


def saml_answer(provider: IdentityProvider, request_id: str, **changes: Any) -> str:
    """Return an unsigned answer to a request; `changes` replace its facts."""
    base = f"http://testserver/accounts/saml/{provider.slug}"
    facts: dict[str, Any] = {
        "response_id": f"_{uuid.uuid4().hex}",
        "assertion_id": f"_{uuid.uuid4().hex}",
        "now": stamp(),
        "starts": stamp(-60),
        "ends": stamp(300),
        "issuer": provider.issuer,
        "destination": f"{base}/acs/",
        "to": f"{base}/acs/",
        "for_whom": f"{base}/metadata/",
        "name_id": f"deals@{provider.vendor.slug}.example",
        "form": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "asked": request_id,
        "attributes": "",
        **changes,
    }
    facts.setdefault("response_to", f' InResponseTo="{facts["asked"]}"' if facts["asked"] else "")
    facts.setdefault("asked_by", f' InResponseTo="{facts["asked"]}"' if facts["asked"] else "")
    facts.setdefault("recipient", f' Recipient="{facts["to"]}"')
    restricted = "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>"
    facts.setdefault("audience", restricted.format(facts["for_whom"]))
    return TEMPLATE.format(**facts)


def signed(text: str, key: Key | None = None, *, what: str = "Assertion", digest: str = "SHA256") -> str:
    """Sign the assertion (or the response) of an answer, really."""
    key = key or make_key()
    root = etree.fromstring(text.encode())
    spaces = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}
    node = root if what == "Response" else root.find("saml:Assertion", spaces)
    method = xmlsec.Transform.RSA_SHA256 if digest == "SHA256" else xmlsec.Transform.RSA_SHA1
    signature = xmlsec.template.create(node, xmlsec.Transform.EXCL_C14N, method, ns="ds")
    node.insert(1, signature)
    hashed = xmlsec.Transform.SHA256 if digest == "SHA256" else xmlsec.Transform.SHA1
    reference = xmlsec.template.add_reference(signature, hashed, uri=f"#{node.get('ID')}")
    xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
    xmlsec.template.add_transform(reference, xmlsec.Transform.EXCL_C14N)
    xmlsec.tree.add_ids(root, ["ID"])
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key.pem, xmlsec.KeyFormat.PEM)
    context.sign(signature)
    return etree.tostring(root).decode()


def encoded(text: str) -> str:
    """Return an answer as a form posts it."""
    return base64.b64encode(text.encode()).decode()
