"""The words by which a forwarded mail's text is read, in the languages that partners write in.

Folded: lower case, no accents. A label stands at the beginning of a line, before a colon or an equals sign.
"""

from __future__ import annotations

from accounts.naming import fold_text

_LABELS = """
customer: customer, end customer, client, company, account, kunde, endkunde, firma, unternehmen, entreprise, societe,
  client final, empresa, cliente, cliente final, azienda, societa, klant, eindklant, bedrijf, kund, foretag
website: website, web, homepage, internet, webseite, site, site web, sitio web, sito, sito web
country: country, land, pays, pais, paese
town: town, city, ort, stadt, ville, ciudad, localidad, citta, plaats, stad
contact: contact, contact person, contact name, kontakt, ansprechpartner, ansprechpartnerin, contacto, contatto,
  referente, contactpersoon, interlocuteur
contact_email: contact e-mail, contact email, e-mail, email, mail, courriel, correo, correo electronico
project: project, title, opportunity, projekt, vorhaben, projet, proyecto, progetto
product: product, products, produkt, produkte, artikel, produit, produits, producto, productos, prodotto, prodotti
quantity: quantity, qty, pieces, menge, anzahl, stuck, quantite, cantidad, quantita, aantal
amount: amount, value, deal value, budget, volume, price, total, wert, auftragswert, betrag, volumen, summe, preis,
  montant, valeur, importe, valor, presupuesto, importo, valore, bedrag, waarde, prijs, belopp, varde
close: close date, close, closing, expected close, closing date, expected order, decision, abschluss, abschlussdatum,
  erwarteter abschluss, entscheidung, cloture, date de cloture, decision prevue, cierre, fecha de cierre, chiusura,
  data di chiusura, sluiting, sluitdatum, verwachte sluiting
program: program, programme, vendor, programm, hersteller, programma, programa, fabricant, fabricante, leverancier
"""
_MONTHS = """
january januar janvier enero gennaio januari jan jaen | february februar fevrier febrero febbraio februari feb |
march marz maerz mars marzo maart mar mrz | april avril abril aprile apr | may mai mayo maggio mei maj |
june juni juin junio giugno jun | july juli juillet julio luglio jul | august aout agosto augustus augusti aug |
september septembre septiembre settembre sep sept | october oktober octobre octubre ottobre oct okt |
november novembre noviembre nov | december dezember decembre diciembre dicembre dec dez
"""
_SENT_FROM = "from von de da van fran mittente expediteur remitente"


LANGUAGES = ("sv", "nl", "it", "es", "fr", "de", "en")


def _by_word(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in table.replace("\n  ", " ").strip().splitlines():
        name, _colon, words = line.partition(":")
        found |= {fold_text(word): name for word in words.split(",") if word.strip()}
    return found


LABELS = _by_word(_LABELS)
"""What a label means."""
MONTHS = {word: number for number, words in enumerate(_MONTHS.split("|"), 1) for word in words.split()}
SENT_FROM = frozenset(_SENT_FROM.split())
"""How a forwarded mail's own header names its sender."""
THOUSANDS = {"k": 1_000, "tsd": 1_000, "tausend": 1_000, "thousand": 1_000, "mille": 1_000, "mil": 1_000}
MILLIONS = dict.fromkeys(
    ("m", "mio", "mn", "million", "millionen", "millions", "millones", "milioni", "miljoen"), 1_000_000
)
SCALES = THOUSANDS | MILLIONS
SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "fr.": "CHF", "sfr": "CHF"}
