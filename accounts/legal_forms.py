"""Legal forms of companies, as written in many countries, folded to one label each.

A table of our own instead of cleanco's: that one has no spelled-out forms ("Aktiengesellschaft"), no labels to show,
none in Chinese, Japanese or Korean, and holds two-letter codes ("pp", "xk", "da") that are words in real names.
Variants are written folded (lower case, no accents, no dots) and without blanks, because "S. p. A.", "S.p.A." and
"SPA" are one form.
"""

_FORMS: dict[str, str] = {
    # English-speaking countries
    "Inc": "inc incorporated incorporation",
    "Corp": "corp corporation",
    "Co": "co company compny andco andcompany cie compagnie andcie etcie",
    "Co Ltd": "coltd companylimited companyltd colimited coinc coincorporated",
    "Ltd": "ltd limited ltda limitada limitee ltee lda lmt ltdco",
    "LLC": "llc limitedliabilitycompany",
    "LLP": "llp limitedliabilitypartnership lllp",
    "LP": "lp limitedpartnership",
    "PLC": "plc publiclimitedcompany publicltdco publiccompanylimited pcl publicjointstockcompany pjsc",
    "CIC": "cic communityinterestcompany",
    "PLLC": "pllc",
    "Pty Ltd": "ptyltd proprietarylimited ptylimited pty propltd",
    "Pvt Ltd": "pvtltd privatelimited privateltd pvtlimited pvt pteltd ptelimited pte privatelimitedcompany",
    "Sdn Bhd": "sdnbhd bhd berhad sendirianberhad",
    "DAC": "dac designatedactivitycompany",
    # German-speaking
    "GmbH": "gmbh ggmbh mbh gesmbh gesellschaftmitbeschrankterhaftung gesellschaftmbh",
    "AG": "ag aktiengesellschaft",
    "KG": "kg kommanditgesellschaft",
    "OHG": "ohg offenehandelsgesellschaft",
    "GmbH & Co. KG": "gmbhandcokg gmbhcokg gmbhundcokg gmbhandcokgaa gmbhcokgaa mbhandcokg mbhcokg",
    "AG & Co. KG": "agandcokg agcokg agandcokgaa agcokgaa",
    "KGaA": "kgaa seandcokgaa secokgaa kommanditgesellschaftaufaktien",
    "UG": "ughaftungsbeschrankt unternehmergesellschaft unternehmergesellschafthaftungsbeschrankt",
    "eG": "eingetragenegenossenschaft",
    "eV": "ev eingetragenerverein",
    "SE": "se societaseuropaea",
    # French, Italian, Spanish, Portuguese, Romanian
    "SA": "sa societeanonyme sociedadanonima sociedadeanonima spolkaakcyjna",
    "SARL": "sarl societearesponsabilitelimitee sarlau",
    "SAS": "sas sasu societeparactionssimplifiee",
    "EURL": "eurl",
    "SNC": "snc societeennomcollectif",
    "SCA": "sca societeencommanditeparactions",
    "SpA": "spa societaperazioni",
    "Srl": "srl srls societaaresponsabilitalimitata societateacuraspunderelimitata",
    "SL": "sl slu sociedadlimitada sociedadderesponsabilidadlimitada",
    "SA de CV": "sadecv sabdecv sapidecv sapibdecv sociedadanonimadecapitalvariable",
    "S de RL de CV": "sderldecv sderl",
    "SAU": "sau saa sac",
    "EIRELI": "eireli",
    # Dutch, Nordic, Baltic
    "BV": "bv beslotenvennootschap bvba sprl",
    "NV": "nv naamlozevennootschap",
    "VOF": "vof vennootschaponderfirma",
    "AB": "ab aktiebolag aktiebolaget abpubl aktiebolagpubl publ",
    "A/S": "as aktieselskab aktieselskabet aksjeselskap",
    "ApS": "aps anpartsselskab",
    "ASA": "asa allmennaksjeselskap",
    "Oy": "oy osakeyhtio oyab",
    "Oyj": "oyj julkinenosakeyhtio oyjabp abp",
    "hf": "hf ehf hlutafelag",
    "UAB": "uab uzdarojiakcinebendrove",
    "SIA": "sia sabiedribaarierobezotuatbildibu",
    "OU": "ou osauhing",
    # Central and Eastern Europe, Greece, Turkey
    "Sp. z o.o.": "spzoo spolkazoo spolkazograniczonaodpowiedzialnoscia spzook spzoosk spzoospk",
    "s.r.o.": "sro spolsro",
    "a.s.": "akciovaspolecnost akciovaspolocnost anonimsirketi anonimsti anonimortakligi",
    "Kft": "kft korlatoltfelelossegutarsasag",
    "Zrt": "zrt nyrt rt reszvenytarsasag",
    "d.o.o.": "doo drustvosogranicenomodgovornoscu dooel",
    "d.d.": "dd dionickodrustvo",
    "OOO": "ooo obshchestvosogranichennojotvetstvennostyu obshchestvosogranichennoyotvetstvennostyu",
    "OAO": "oao pao zao ao aktsionernoeobshchestvo otkrytoeaktsionernoeobshchestvo",
    "TOV": "tov too",
    "EOOD": "eood ood ead",
    "AE": "ae anonymietaireia anonimietaireia",
    "EPE": "epe etaireiaperiorismeniseuthinis",
    "Ltd Sti": "ltdsti limitedsirketi",
    # Asia and the Middle East (Chinese, Japanese and Korean forms are set apart by `ATTACHED`)
    "KK": "kk kabushikikaisha kabushikigaisha kaisha 株式会社 株",
    "GK": "godokaisha 合同会社 有限会社",
    "Ltd (CN)": "有限公司 有限责任公司 有限責任公司 股份有限公司",
    "Ltd (KR)": "주식회사 유한회사",
    "PT": "pt persero perseroanterbatas pttbk tbk",
    "JSC": "jsc ojsc cjsc jointstockcompany cophan congtycophan",
    "WLL": "wll saog saoc saogc",
    "FZE": "fze fzco fzllc fzc",
    "BM": "bm baam",
}

LABELS: dict[str, str] = {form: label for label, forms in _FORMS.items() for form in forms.split()}
"""Folded form without blanks -> canonical label."""

_LEADING = """
ab aktiebolaget pt ooo oao zao pao ao too tov oy uab sia perseroanterbatas kabushikikaisha
kabushikigaisha societeanonyme naamlozevennootschap beslotenvennootschap aktieselskabet firma 株式会社 株
合同会社 有限会社 주식회사 유한회사
"""
LEADING = frozenset(_LEADING.split())
"""Forms that stand before the name, too. Short ones that begin ordinary names ("as", "sa", "co") are left out."""

_MID_NAME = """
nv bv ag gmbh sa spa srl sarl plc inc ltd llc corp oy oyj kgaa ltda publ kk corporation
"""
MID_NAME = frozenset(_MID_NAME.split())
"""Forms after which the rest is rarely part of the name: "Unilever N.V., Rotterdam"."""

GLUED = ("gmbh", "ltd", "llc", "plc", "nv", "bv")
"""Forms that no word ends in by nature, found glued to the name: "UNILEVERNV"."""

ATTACHED = (
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "有限公司",
    "株式会社",
    "合同会社",
    "有限会社",
    "주식회사",
    "유한회사",
)
"""Forms written without a blank before or after the name; longest first."""

LONGEST_FORM_WORDS = 7
"""No form above has more words ("S. de R.L. de C.V." splits into seven)."""
