"""Words that many companies share, and how little each says about which company is meant."""

_GENERIC = """
international internationale internacional internazionale internationaal global worldwide world universal inter
group groupe grupo gruppo gruppe gruppen groep holding holdings capital ventures venture partners partner enterprise
enterprises industries industry industrial industria industrie industri company companies corporate business
system systems systeme technology technologies technologie tecnologia technik tech solution solutions service services
servicos servicios product products produkte produits trading trade commercial general national federal first new
management consulting consultants advisors associates association brothers sons sohne fils figli hijos soehne
development developments research design creative digital online network networks media communications communication
data software information computer computers electronic electronics electric electrical engineering
investment investments investissement properties property trust fund funds finance financial
central northern southern eastern western north south east west pacific atlantic american european
asia asian europe european africa african america latin nordic united
manufacturing distribution logistics center centre centrum office division branch subsidiary limited
project projects team club foundation institute society organisation organization agency bureau
international marketing sales shop store stores retail wholesale supply supplies equipment materials
"""

_TRADE = """
bank banco banca banque bancorp insurance assurance assurances versicherung food foods beverage beverages oil gas
energy energia power petroleum petrol mining mines mineral minerals gold silver copper steel metal metals resources
resource exploration chemical chemicals chimie chemie pharma pharmaceutical pharmaceuticals pharmaceutica biotech
biotechnology medical health healthcare hospital clinic care labs laboratories laboratory telecom telecommunications
telecommunication telefonica telekom wireless mobile motor motors automotive auto cars car parts tools machine
machines machinery transport transportation shipping airlines airways air water paper wood forest glass plastics
plastic textile textiles fashion clothing furniture hotel hotels travel tours real estate immobilien construction
building buildings bau university universitat universite college school schools academy church community child
children family learning education training day
entertainment games film films music publishing press books print printing security safety environmental green
semiconductor semiconductors microelectronics components instruments optical aerospace defense defence space marine
agro agri agriculture farm farms seeds feed fish meat dairy wine brewery brewing tobacco restaurant restaurants
"""

_PLACES = """
usa us uk gb germany deutschland german allemagne france francaise francais french italy italia italiana spain espana
espanola portugal portuguesa england britain british scotland ireland irish netherlands netherland nederland
nederlandse holland dutch belgium belgie belgique belgian switzerland schweiz suisse swiss austria osterreich
sweden svenska sverige swedish norway norge norsk denmark danmark dansk finland suomi poland polska czech russia
russian ukraine greece hellas turkey turkiye turk israel india indian china chinese japan nippon japanese korea korean
taiwan hong kong singapore malaysia indonesia thailand vietnam philippines australia australian zealand canada
canadian mexico mexicana brazil brasil brasileira argentina chile colombia peru venezuela africa nigeria egypt emea
apac dach benelux latam london paris berlin tokyo chicago york california texas amsterdam rotterdam
"""

_FUNCTION = """
and the of for de du des la le les el los las der die das den und et y e i van von vom zu do da dos das del della di
a an in at by to on o og och en te ten auf fur per pour para con com net org www plus dba publ
"""

WEIGHTS: dict[str, float] = {
    word: weight
    for words, weight in ((_TRADE, 0.5), (_PLACES, 0.35), (_GENERIC, 0.25), (_FUNCTION, 0.1))
    for word in words.split()
}
"""Word -> weight between 0 and 1; a word that is not listed weighs 1."""

ALIASES: dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "intl=international internat=international int=international internationale=international"
        " internacional=international internazionale=international internationaal=international grp=group"
        " groupe=group grupo=group gruppo=group gruppe=group groep=group hldg=holding hldgs=holding holdings=holding"
        " tech=technology technologies=technology technologie=technology tecnologia=technology sys=system"
        " systems=system systeme=system svc=service svcs=service services=service serv=service mfg=manufacturing"
        " mfrs=manufacturing dev=development devt=development natl=national nat=national assoc=association"
        " assn=association ass=association bros=brothers gebr=brothers gebruder=brothers univ=university"
        " universitat=university universite=university pharm=pharmaceutical pharma=pharmaceutical"
        " pharmaceuticals=pharmaceutical pharmaceutica=pharmaceutical labs=laboratory lab=laboratory"
        " laboratories=laboratory industries=industry industria=industry industrie=industry industrial=industry"
        " ind=industry inds=industry products=product prods=product produkte=product produits=product"
        " solutions=solution communications=communication comm=communication comms=communication"
        " telecommunications=telecom telecommunication=telecom telekom=telecom chem=chemical chemicals=chemical"
        " chemie=chemical chimie=chemical mgmt=management engg=engineering eng=engineering elec=electronic"
        " electronics=electronic foods=food motors=motor bancorp=bank banco=bank banca=bank banque=bank"
        " hosp=hospital ctr=center cntr=center centre=center centrum=center st=saint ste=saint dept=department"
        " deutschland=germany german=germany italia=italy espana=spain nederland=netherlands netherland=netherlands"
        " holland=netherlands schweiz=switzerland suisse=switzerland osterreich=austria sverige=sweden norge=norway"
        " danmark=denmark polska=poland brasil=brazil usa=us und=and et=and och=and og=and europa=europe"
        " europaische=european sohne=sons soehne=sons fils=sons resources=resource energia=energy"
        " enterprises=enterprise partners=partner ventures=venture investments=investment stores=store"
        " metals=metal minerals=mineral mines=mining schools=school centers=center"
    ).split()
)
"""Abbreviations, plurals and other languages' words -> the word they are compared as."""
