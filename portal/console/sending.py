"""Whether a vendor's mails are believed, and where answers to them go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from activity.mailing.letters import TEMPLATES, Letter
from activity.permissions import EDIT_MAILS
from partners.emails import brand_of
from partners.models import Vendor
from portal.public.sending import TEST, SendingPage, SendTest, sending_domain
from prm.kernel.actors import Kind, Permission

if TYPE_CHECKING:
    from activity.sending_domain import Finding


class ForVendor:
    """What the vendor's pages differ in: its own name and support address."""

    kinds = frozenset({Kind.VENDOR})
    permission: ClassVar[Permission | None] = EDIT_MAILS
    page_name = "console:sending"
    test_name = "console:sending-test"
    actor: Any

    def vendor(self) -> Vendor:
        """Return the actor's vendor."""
        found: Vendor = Vendor.objects.visible_to(self.actor).get()
        return found

    def findings(self, selector: str) -> list[Finding]:
        """Look up the installation's sender, and where answers go."""
        found = super().findings(selector)  # type: ignore[misc]
        return [*found, sending_domain.check_replies(self.vendor().support_email, sending_domain.default_resolver())]

    def letter(self) -> Letter:
        """Return the test mail, in the vendor's name."""
        return TEMPLATES[TEST].letter({"brand": brand_of(self.vendor())})


class VendorSending(ForVendor, SendingPage):
    """The sender of the vendor's mails, for its partner managers."""


class VendorSendTest(ForVendor, SendTest):
    """A test mail in the vendor's name."""
