"""Choices of partners and enrollments."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PartnerType(TextChoices):
    """What kind of partner it is."""

    RESELLER = "reseller", _("Reseller")
    DISTRIBUTOR = "distributor", _("Distributor")
    REFERRAL = "referral", _("Referral partner")
    TECHNOLOGY = "technology", _("Technology partner (ISV)")
    SERVICES = "services", _("Services partner (SI)")
    MSP = "msp", _("Managed service provider")
    INFLUENCER = "influencer", _("Influencer")
    AGENCY = "agency", _("Agency")


class EnrollmentStatus(TextChoices):
    """Where an enrollment stands in its life."""

    APPLICANT = "applicant", _("Applicant")
    ONBOARDING = "onboarding", _("Onboarding")
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    RETIRED = "retired", _("Retired")


LIVE = (EnrollmentStatus.ONBOARDING, EnrollmentStatus.ACTIVE)


class DealsAfter(TextChoices):
    """What becomes of a retired partner's open deals."""

    KEEP = "keep", _("Stay in line and protected, at most until a day")
    RELEASE = "release", _("Are released at once: others may register the customers")


class LifeStage(TextChoices):
    """How a vendor sees an enrollment's life, from recruiting to retiring."""

    RECRUIT = "recruit", _("Recruit")
    ONBOARD = "onboard", _("Onboard")
    GROW = "grow", _("Grow")
    AT_RISK = "at_risk", _("At risk")
    SUSPENDED = "suspended", _("Suspended")
    RETIRED = "retired", _("Retired")


class Protocol(TextChoices):
    """How an identity provider speaks."""

    OIDC = "oidc", _("OpenID Connect")
    SAML = "saml", _("SAML 2.0")


class ViewingEnd(TextChoices):
    """How a look at the portal through a partner's eyes ended."""

    LEFT = "left", _("left")
    TIME = "time", _("its time was over")
    SIGNED_OUT = "signed_out", _("signed out")
    ACCESS = "access", _("the right to it ended")


class Headcount(TextChoices):
    """How many people work there."""

    UPTO_10 = "1-10", _("1 to 10")
    UPTO_50 = "11-50", _("11 to 50")
    UPTO_250 = "51-250", _("51 to 250")
    UPTO_1000 = "251-1000", _("251 to 1,000")
    OVER_1000 = "1001+", _("More than 1,000")


class Region(TextChoices):
    """Where a partner serves customers. Which countries each holds: `partners.places`."""

    DACH = "dach", _("Germany, Austria, Switzerland")
    FRANCE = "france", _("France")
    BENELUX = "benelux", _("Benelux")
    BRITAIN_IRELAND = "britain-ireland", _("Britain and Ireland")
    NORDICS = "nordics", _("Nordic countries")
    BALTICS = "baltics", _("Baltic countries")
    CENTRAL_EUROPE = "central-europe", _("Central and Eastern Europe")
    SOUTH_EAST_EUROPE = "south-east-europe", _("South-Eastern Europe")
    IBERIA = "iberia", _("Spain and Portugal")
    ITALY = "italy", _("Italy and Malta")
    MIDDLE_EAST = "middle-east", _("Middle East and Türkiye")
    AFRICA = "africa", _("Africa")
    NORTH_AMERICA = "north-america", _("United States and Canada")
    LATIN_AMERICA = "latin-america", _("Latin America and Caribbean")
    SOUTH_ASIA = "south-asia", _("South and Central Asia")
    EAST_ASIA = "east-asia", _("East Asia")
    SOUTH_EAST_ASIA = "south-east-asia", _("South-East Asia")
    OCEANIA = "oceania", _("Australia, New Zealand, Pacific")


class Industry(TextChoices):
    """Branches of trade, after the sectors of the North American and European classifications (NAICS, NACE)."""

    AGRICULTURE = "agriculture", _("Agriculture, forestry, fishing")
    MINING = "mining", _("Mining, oil and gas")
    ENERGY = "energy", _("Energy and utilities")
    CONSTRUCTION = "construction", _("Construction")
    FOOD = "food", _("Food and beverages")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    AUTOMOTIVE = "automotive", _("Automotive")
    CHEMICALS = "chemicals", _("Chemicals and pharmaceuticals")
    WHOLESALE = "wholesale", _("Wholesale")
    RETAIL = "retail", _("Retail and e-commerce")
    LOGISTICS = "logistics", _("Transport and logistics")
    INFORMATION = "information", _("Software, telecoms and media")
    FINANCE = "finance", _("Banking and insurance")
    REAL_ESTATE = "real-estate", _("Real estate")
    PROFESSIONAL = "professional", _("Professional services")
    EDUCATION = "education", _("Education and research")
    HEALTH = "health", _("Health and social care")
    HOSPITALITY = "hospitality", _("Hotels, restaurants, leisure")
    PUBLIC = "public", _("Public sector and defence")
    OTHER = "other", _("Other services")


class Service(TextChoices):
    """What a partner does for customers, or for other partners."""

    CONSULTING = "consulting", _("Consulting")
    RESALE = "resale", _("Resale and licensing")
    DISTRIBUTION = "distribution", _("Stock, logistics and credit")
    INTEGRATION = "integration", _("System integration")
    IMPLEMENTATION = "implementation", _("Installation and implementation")
    DEVELOPMENT = "development", _("Custom development")
    MIGRATION = "migration", _("Migration")
    TRAINING = "training", _("Training")
    SUPPORT = "support", _("Support and maintenance")
    MANAGED = "managed", _("Managed operations")
    HOSTING = "hosting", _("Hosting")
    SECURITY = "security", _("Security")
    ANALYTICS = "analytics", _("Data and analytics")
    DESIGN = "design", _("Design and content")
    CAMPAIGNS = "campaigns", _("Campaigns and events")


class SpokenLanguage(TextChoices):
    """Languages in which a partner serves customers, by ISO 639-1, each in its own name."""

    AR = "ar", "العربية"
    BG = "bg", "Български"
    CS = "cs", "Čeština"
    DA = "da", "Dansk"
    DE = "de", "Deutsch"
    EL = "el", "Ελληνικά"
    EN = "en", "English"
    ES = "es", "Español"
    ET = "et", "Eesti"
    FI = "fi", "Suomi"
    FR = "fr", "Français"
    HE = "he", "עברית"
    HI = "hi", "हिन्दी"
    HR = "hr", "Hrvatski"
    HU = "hu", "Magyar"
    ID = "id", "Bahasa Indonesia"
    IT = "it", "Italiano"
    JA = "ja", "日本語"
    KO = "ko", "한국어"
    LT = "lt", "Lietuvių"
    LV = "lv", "Latviešu"
    NL = "nl", "Nederlands"
    NO = "no", "Norsk"
    PL = "pl", "Polski"
    PT = "pt", "Português"
    RO = "ro", "Română"
    RU = "ru", "Русский"
    SK = "sk", "Slovenčina"
    SL = "sl", "Slovenščina"
    SV = "sv", "Svenska"
    TH = "th", "ไทย"
    TR = "tr", "Türkçe"
    UK = "uk", "Українська"
    VI = "vi", "Tiếng Việt"
    ZH = "zh", "中文"


class Kinship(TextChoices):
    """How a partner belongs to its parent."""

    BRANCH = "branch", _("Branch")
    COUNTRY = "country", _("Country entity")
    SUBSIDIARY = "subsidiary", _("Subsidiary")


class TypeChangeState(TextChoices):
    """Where a change of a partner's kind stands."""

    PROPOSED = "proposed", _("Waiting for the partner")
    CHANGED = "changed", _("Changed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNDONE = "undone", _("Undone")


class MergeState(TextChoices):
    """Where a merge of two records stands."""

    PROPOSED = "proposed", _("Waiting for the partner")
    MERGED = "merged", _("Merged")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    UNDONE = "undone", _("Undone")
