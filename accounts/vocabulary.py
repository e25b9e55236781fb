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
celular cellular cable satellite internet participacoes railway railways semiconductor semiconductors
microelectronics components instruments optical aerospace defense defence space marine
agro agri agriculture farm farms seeds feed fish meat dairy wine brewery brewing tobacco restaurant restaurants
"""

_PLACES = """
usa us uk gb deutsche deutscher deutsches germany deutschland german allemagne france francaise francais french italy
italia italiana spain espana
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

_COMMON = """
premier summit alpha beta gamma delta omega sigma apex vertex nova orion phoenix titan atlas apollo mercury saturn
jupiter mars venus royal koninklijke koenigliche imperial regal crown prince princess king queen knight noble grand
star sun moon sky sunrise horizon aurora eagle falcon hawk lion tiger panther wolf bear fox dragon pioneer explorer
liberty freedom victory heritage legacy century millennium modern advanced applied allied associated consolidated
continental integrated innovative dynamic smart intelligent quality precision express rapid direct prime elite ultra
mega super metro metropolitan city urban rural county state river lake mountain valley hill hills ocean coast bay
island park garden gardens grove field fields meadow spring springs stone rock diamond crystal pearl emerald ruby
sapphire platinum bronze golden blue red black white brown orange purple rainbow bright clear total complete absolute
perfect best top ace max plus alliance union unity harmony synergy fusion core vision focus insight impact momentum
velocity catalyst spectrum matrix nexus zenith pinnacle peak cornerstone keystone landmark gateway bridge harbor
harbour port beacon lighthouse compass anchor public private independent community commons family home house life
living better leader master expert professional dr saint san santa
john james robert michael william david richard joseph thomas charles george peter paul mary anna maria
smith johnson williams jones miller davis garcia rodriguez wilson martinez anderson taylor moore jackson martin lee
perez thompson harris sanchez clark ramirez lewis robinson walker young allen wright scott torres nguyen flores green
adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards
collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed kelly
howard ramos kim cox ward richardson watson brooks chavez wood bennett gray mendoza ruiz hughes price alvarez castillo
sanders patel myers long ross foster jimenez muller mueller schmidt schneider fischer weber meyer wagner becker schulz
hoffmann bernard dubois laurent rossi russo ferrari bianchi silva santos oliveira souza kumar singh sharma gupta khan
ahmed ali hassan wang zhang chen yang huang tanaka suzuki sato compania companhia companie
"""

GENERIC_WEIGHT = 0.25

WEIGHTS: dict[str, float] = {
    word: weight
    for words, weight in ((_COMMON, 0.75), (_TRADE, 0.5), (_PLACES, 0.35), (_GENERIC, GENERIC_WEIGHT), (_FUNCTION, 0.1))
    for word in words.split()
}
"""Word -> weight between 0 and 1; a word that is not listed weighs 1. The later list wins."""

_WRITTEN_OUT = """
international: intl internat int internationale internacional internazionale internationaal
group: grp groupe grupo gruppo gruppe groep
holding: hldg hldgs holdings
technology: tech technologies technologie tecnologia
system: sys systems systeme
service: svc svcs services serv
manufacturing: mfg mfrs
development: dev devt
national: natl nat
association: assoc assn ass
brothers: bros gebr gebruder
university: univ universitat universite
pharmaceutical: pharm pharma pharmaceuticals pharmaceutica
laboratory: labs lab laboratories
industry: industries industria industrie industrial ind inds
product: products prods produkte produits
solution: solutions
communication: communications comm comms
telecom: telecommunications telecommunication telekom
chemical: chem chemicals chemie chimie
management: mgmt
engineering: engg eng
electronic: elec electronics
food: foods
motor: motors
bank: bancorp banco banca banque
hospital: hosp
center: ctr cntr centre centrum centers
department: dept
germany: deutschland german
italy: italia
spain: espana
netherlands: nederland netherland holland
switzerland: schweiz suisse
austria: osterreich
sweden: sverige
norway: norge
denmark: danmark
poland: polska
brazil: brasil
us: usa
and: und et och og
europe: europa
european: europaische
sons: sohne soehne fils
resource: resources
energy: energia
enterprise: enterprises
partner: partners
venture: ventures
investment: investments
store: stores
metal: metals
mineral: minerals
mining: mines
school: schools
royal: koninklijke koenigliche
"""

ALIASES: dict[str, str] = {
    variant: word
    for word, variants in (line.split(": ") for line in _WRITTEN_OUT.strip().splitlines())
    for variant in variants.split()
}
"""Abbreviations, plurals and other languages' words -> the word they are compared as."""
