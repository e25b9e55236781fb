"""Invented names of companies, people and towns, by language and country."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import slugify

from accounts.naming import fold_text

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Tongue:
    """What names are made of in a language: two halves of a root, trades, first and last names."""

    heads: str
    tails: str
    trades: str
    first: str
    last: str


TONGUES = {
    "german": Tongue(
        "Stein Lind Hart Brenn Falk Nord Wald Grün Eich Berg Sonn Mühl Kalt Rauh Silber Acker Hohen Tann Birken "
        "Wolfs Adler "
        "Krähen Riet Ober Weiden Schön Alten Kirch Moor Feuer",
        "feld hausen bach hofer stedt brück walder mann thaler roder kamp egger heimer dorf bruch horn scheid wieser "
        "reuth au",
        "Lebensmittel Maschinenbau Logistik Verpackungen Brauerei Chemie Pharma Möbel Papier Kunststoffe Getränke "
        "Textil Druck "
        "Baustoffe Molkerei Werkzeuge Medizintechnik Großhandel Backwaren Elektrotechnik",
        "Anna Jonas Lena Felix Clara Moritz Greta Paul Ida Tobias Nele Henrik Katrin Stefan Ines Uwe Miriam Lukas",
        "Rothmann Kern Albers Voss Lüders Brandner Ehlers Sattler Hagedorn Pohlmann Wiesner Körner Thies Marquardt "
        "Seidel Jahnke",
    ),
    "english": Tongue(
        "Ash Black Whit Har Stan Mill Green Cold Wood Thorn Raven Hollow Bright Ald Fen Kings Marsh Oak Pem Row "
        "Silver Tarn "
        "Wether Yar Led Corn Brack Dun East Gil",
        "ford ley wick combe worth field ton bury mere dale brook cliffe ham stead gate wood hurst moor croft shaw",
        "Foods Logistics Packaging Brewing Chemicals Pharma Furniture Paper Plastics Beverages Textiles Print "
        "Materials Dairies "
        "Tools Medical Wholesale Bakeries Electrics Fulfilment",
        "Emma Oliver Grace Harry Isla Callum Naomi Priya Daniel Ruth Marcus Alice Owen Leah Samuel Joan Victor Tessa",
        "Harrow Whitlock Bramley Ellison Fairburn Cartwright Osgood Penrose Radcliffe Sutter Thackeray Underhill "
        "Wexford Yardley "
        "Loxley Marwood",
    ),
    "french": Tongue(
        "Beau Mont Val Roche Clair Font Gran Lam Mar Ser Bel Haut Cour Aigue Tour Pré Chante Perre Saule Bris",
        "mont rieu champs court ville bert nac lieu tagne sac dieu luc vert zac mare fort pont rive val loup",
        "Agroalimentaire Logistique Emballages Brasserie Chimie Pharma Meubles Papeteries Plastiques Boissons "
        "Textiles Imprimerie "
        "Matériaux Laiterie Outillage Médical Distribution Boulangerie",
        "Camille Julien Manon Hugo Élise Bastien Chloé Antoine Margaux Thierry Sylvie Luc Aurélie Rémi",
        "Delorme Vasseur Garnier Maillard Perrot Roussel Lefort Chabrol Gaudin Mercier Tissot Valette",
    ),
    "spanish": Tongue(
        "Monte Val Sierra Rio Campo Alba Oliv Torre Piedra Soto Mar Fuente Cerro Vega Lago Robre",
        "sol verde alta mar nuevo blanca rey lindo ar era ón illa ado eda ino osa",
        "Alimentos Logística Envases Cervecera Química Farma Muebles Papelera Plásticos Bebidas Textil Gráficas "
        "Materiales Lácteos "
        "Herramientas Distribución",
        "Lucía Javier Carmen Álvaro Marta Pablo Elena Sergio Irene Diego Nuria Rafael",
        "Ibarra Salcedo Montalvo Quiroga Arrieta Vidal Lozano Escudero Peñalver Robles Cuesta Urrutia",
    ),
    "portuguese": Tongue(
        "Monte Vale Serra Rio Campo Alva Oliv Torre Pedra Souto Mar Fonte Outeiro Várzea Lago Granja",
        "claro verde alto mar novo branca real lindo ar eira ão inho ado eda oso belo",
        "Alimentos Logística Embalagens Cervejaria Química Farma Móveis Papéis Plásticos Bebidas Têxtil Gráfica "
        "Materiais Laticínios",
        "Beatriz Thiago Larissa Rodrigo Camila Fernando Isadora Gustavo Helena Caio",
        "Azevedo Barcellos Cardim Fontoura Guimarães Lacerda Meireles Pacheco Queiroz Tavares",
    ),
    "italian": Tongue(
        "Monte Val Castel Rocca Campo Font Bosco Torre Pietra Ripa Mar Borgo Colle Prato Lago Fiume",
        "bello verde alto franco nova bianca reale sano ari ese ino ola ardo eda oso etto",
        "Alimentari Logistica Imballaggi Birrificio Chimica Farma Arredi Cartiera Plastica Bevande Tessile Stampa "
        "Materiali Latteria",
        "Giulia Matteo Chiara Davide Elisa Lorenzo Sara Andrea Francesca Paolo",
        "Bellandi Castagna Donati Ferrante Guidotti Lamberti Morandi Pellegri Salviati Ventura",
    ),
    "dutch": Tongue(
        "Water Noord Zand Groen Berk Molen Haver Kamp Veld Rijn Wind Hout Linden Meer Duin Oost",
        "dijk burg veen horst hof laar brug stee kerk zicht wijk berg donk rade lo ringen",
        "Voeding Logistiek Verpakkingen Brouwerij Chemie Farma Meubelen Papier Kunststoffen Dranken Textiel Drukwerk "
        "Zuivel Tuinbouw",
        "Sanne Daan Lotte Bram Femke Joost Maaike Ruben Anouk Thijs",
        "Hoekstra Verbeek Dijkman Postma Terhorst Veldhuis Brouwers Kuipers Oosterling Zandstra",
    ),
    "nordic": Tongue(
        "Nord Vest Gran Björk Ek Sol Berg Hav Fjell Skog Lund Strand Sten Alv Vik Ravn",
        "havn dal vik lund mo by strand fors berga nes hult holm land skär rud ås",
        "Livsmedel Logistik Emballage Bryggeri Kemi Pharma Møbler Papir Plast Drikke Tekstil Trykk Mejeri Marine",
        "Astrid Erik Ingrid Mikkel Saga Henrik Freja Anders Liv Jussi Aino Torbjørn",
        "Lindahl Bergstad Nygren Holmqvist Solheim Kjeldsen Rantanen Aalto Sandvik Østby Dahlman Myhre",
    ),
    "slavic": Tongue(
        "Biel Dobr Jasn Kalin Lip Modr Now Ostr Pol Rad Sokol Topol Wierz Zelen Brzoz Stary",
        "owice any in ov ice ek owo ka niak sko nica ec orz ava ina ik",
        "Spożywcza Logistyka Opakowania Browar Chemia Farma Meble Papier Plasty Napoje Tekstil Druk Mleczarnia "
        "Nástroje",
        "Zofia Jakub Hanna Piotr Tereza Marek Alicja Ondřej Magda Tomáš",
        "Wrona Malinowski Dvorský Kalina Sobczak Horáček Zieliński Novotná Bielak Krupa",
    ),
    "indian": Tongue(
        "Surya Ananda Megha Tara Vana Kiran Asha Neel Prithvi Sagar Utsav Chandra",
        "tara vani deep jyoti path kala raj mala vriksh dhara kunj ratna",
        "Foods Logistics Packaging Chemicals Pharma Furniture Paper Plastics Beverages Textiles Print Dairy",
        "Ananya Rohan Kavya Arjun Meera Vikram Nisha Sanjay",
        "Raghavan Deshmukh Iyengar Bhandari Kulkarni Sethi Varma Menon",
    ),
    "japanese": Tongue(
        "Aoba Hina Kiri Mizu Naga Sora Taka Yama Haru Kawa Matsu Shiro",
        "mori hara gawa saki zaki moto shima mura tani no be ura",
        "Foods Logistics Packaging Chemicals Pharma Furniture Paper Plastics Beverages Textiles Print Dairy",
        "Haruka Kenji Yumi Takeshi Aya Daichi Naoko Ryo",
        "Aoyama Fujisaki Hoshino Kanzaki Morikawa Nagase Shiraishi Takebe",
    ),
}

# Country: language, legal forms, towns, currency of the list price.
COUNTRIES: dict[str, tuple[str, str, str, str]] = {
    "DE": (
        "german",
        "GmbH,AG,GmbH & Co. KG,SE,KG",
        "Hamburg,Kassel,Leipzig,Dortmund,Ulm,Bremen,Erfurt,Mannheim",
        "EUR",
    ),
    "AT": ("german", "GmbH,AG,e.U.", "Linz,Graz,Wels,Salzburg", "EUR"),
    "CH": ("german", "AG,GmbH", "Zürich,Olten,Winterthur,Bern", "EUR"),
    "NL": ("dutch", "B.V.,N.V.", "Utrecht,Eindhoven,Breda,Zwolle", "EUR"),
    "BE": ("dutch", "NV,BV", "Gent,Antwerpen,Leuven", "EUR"),
    "FR": ("french", "SAS,SA,SARL", "Lyon,Lille,Nantes,Toulouse,Rennes", "EUR"),
    "ES": ("spanish", "S.L.,S.A.", "Valencia,Bilbao,Sevilla,Zaragoza", "EUR"),
    "IT": ("italian", "S.p.A.,S.r.l.", "Torino,Bologna,Verona,Bari", "EUR"),
    "PT": ("portuguese", "Lda,S.A.", "Porto,Braga,Lisboa", "EUR"),
    "GB": ("english", "Ltd,plc,LLP", "Leeds,Bristol,Glasgow,Hull,Derby,Norwich", "GBP"),
    "IE": ("english", "Ltd,DAC", "Cork,Galway,Dublin", "EUR"),
    "SE": ("nordic", "AB", "Malmö,Örebro,Umeå,Göteborg", "EUR"),
    "NO": ("nordic", "AS,ASA", "Bergen,Drammen,Trondheim", "EUR"),
    "DK": ("nordic", "A/S,ApS", "Aarhus,Odense,Vejle", "EUR"),
    "FI": ("nordic", "Oy,Oyj", "Turku,Tampere,Oulu", "EUR"),
    "PL": ("slavic", "Sp. z o.o.,S.A.", "Poznań,Wrocław,Łódź", "EUR"),
    "CZ": ("slavic", "s.r.o.,a.s.", "Brno,Plzeň,Ostrava", "EUR"),
    "US": ("english", "Inc.,LLC,Corp.", "Columbus,Portland,Austin,Richmond,Omaha,Tacoma", "USD"),
    "CA": ("english", "Inc.,Ltd.", "Halifax,Calgary,Hamilton", "USD"),
    "AU": ("english", "Pty Ltd", "Perth,Geelong,Newcastle", "USD"),
    "ZA": ("english", "(Pty) Ltd", "Durban,Gqeberha", "USD"),
    "SG": ("english", "Pte. Ltd.", "Singapore", "USD"),
    "AE": ("english", "LLC,FZE", "Dubai,Sharjah", "USD"),
    "IN": ("indian", "Pvt Ltd,Ltd", "Pune,Chennai,Indore", "USD"),
    "JP": ("japanese", "K.K.", "Nagoya,Osaka,Sendai", "USD"),
    "BR": ("portuguese", "Ltda,S.A.", "Curitiba,Recife,Campinas", "USD"),
    "MX": ("spanish", "S.A. de C.V.", "Monterrey,Puebla,León", "USD"),
}

# ruff: noqa: RUF001  (Greek and Cyrillic letters are meant)
OTHER_SCRIPTS = (
    ("青葉物流株式会社", "JP", "仙台", "aoba-butsuryu.example"),
    ("北斗食品株式会社", "JP", "名古屋", "hokuto-shokuhin.example"),
    ("株式会社みどり製紙", "JP", "大阪", "midori-paper.example"),
    ("蓝鹭包装有限公司", "CN", "苏州", "lanlu-pack.example"),
    ("晨曦医药有限公司", "CN", "成都", "chenxi-pharma.example"),
    ("한빛물류 주식회사", "KR", "부산", "hanbit-logis.example"),
    ("Αρκαδία Τρόφιμα Α.Ε.", "GR", "Πάτρα", "arkadia-foods.example"),
    ("Θαλασσινή Συσκευασία Α.Ε.", "GR", "Βόλος", "thalassini.example"),
    ("ТОВ «Світанок Логістик»", "UA", "Львів", "svitanok.example"),
    ("Балкан Млечни Продукти ЕООД", "BG", "Пловдив", "balkan-mlechni.example"),
    ("Северна Звезда ООД", "BG", "Варна", "severna-zvezda.example"),
    ("شركة الواحة الخضراء للأغذية", "AE", "الشارقة", "green-oasis.example"),
    ("شركة الميناء للخدمات اللوجستية", "SA", "جدة", "almina-logistics.example"),
    ("בית אריזה הגליל בע״מ", "IL", "חיפה", "galil-pack.example"),
    ("สยามบรรจุภัณฑ์ จำกัด", "TH", "ระยอง", "siam-packing.example"),
    ("გორის ღვინო შპს", "GE", "გორი", "goris-wine.example"),
)

TRADE_FIRST = {"french", "spanish", "portuguese", "italian"}


def tongue_of(country: str) -> Tongue:
    """Return what names are made of in a country."""
    return TONGUES[COUNTRIES[country][0]]


def company_name(rng: Random, country: str) -> str:
    """Return an invented company name with the country's legal form."""
    tongue, forms = tongue_of(country), COUNTRIES[country][1].split(",")
    root = rng.choice(tongue.heads.split()) + rng.choice(tongue.tails.split())
    trade, form = rng.choice(tongue.trades.split()), rng.choice(forms)
    shape = rng.random()
    if shape < 0.3 and COUNTRIES[country][0] in TRADE_FIRST:
        return f"{trade} {root} {form}"
    if shape < 0.2 and country in {"DE", "AT"}:
        return f"{rng.choice(tongue.last.split())} & {root} {trade} {form}"
    return f"{root} {trade} {form}"


def domain_of(name: str) -> str:
    """Return the domain that a company of this name has."""
    words = [word for word in slugify(fold_text(name)).split("-") if len(word) > 3]
    return "-".join(words[:2]) + ".example"


def person_name(rng: Random, country: str) -> str:
    """Return an invented person's name."""
    tongue = tongue_of(country) if country in COUNTRIES else TONGUES["english"]
    return f"{rng.choice(tongue.first.split())} {rng.choice(tongue.last.split())}"


def town_of(rng: Random, country: str) -> str:
    """Return a town of a country."""
    return rng.choice(COUNTRIES[country][2].split(","))


def currency_of(country: str) -> str:
    """Return the currency in which list prices are quoted there."""
    return COUNTRIES[country][3] if country in COUNTRIES else "USD"


def mail_name(name: str) -> str:
    """Return "mara.lindqvist" of "Mara Lindqvist"."""
    return slugify(fold_text(name)).replace("-", ".")
