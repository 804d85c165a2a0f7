"""
Pure. The words by which a guest's wish is known, in three languages.

Each is sought in a text that is folded and mended. `intents` says in which order.
"""

from __future__ import annotations

import re

STAY = (
    r"(?:habitacion(?:es)?|habs?|cuartos?|quartos?|rooms?|piezas?|suites?|dobles?"
    r"|doubles?|duplos?|individual(?:es)?|singles?|triples?|triplos?|twins?|familiar"
    r"|cuadruples?|matrimonial|alojamiento|hospedaje|hospedagem|lugar|lugares|estadia"
    r"|estancia|cabanas?|bungalows?|deptos?|departamentos?|camas?|vagas?|sencillas?)"
)
_SOMEONE = (
    r"(?:persona|alguien|humano|humana|recepcion|recepcionista|encargad[oa]|agente"
    r"|asesora?|operadora?|gerente|duen[oa]|responsable|vendedora?|representante"
    r"|ejecutiv[oa]|person|human|someone|somebody|agent|reception|front desk|desk"
    r"|receptionist|manager|representative|operator|staff|rep|owner|pessoa|alguem"
    r"|recepcao|atendente|ustedes|voces|employee|team|equipe|equipo|anyone"
    r"|administracion"
    r"|conserje|concierge|consultora?|supervisora?|responsavel|dono|people)"
)
_LEADING_TO = (
    r"(?:(?:directamente|ya|ahora|agora|urgente|por favor|me|nos|con|a|al|ao|com|to"
    r"|with"
    r"|la|el|un|una|um|uma|o|an|the|of|de|algun[oa]?|alguma?|otra|otro|real|live|su"
    r"|tu|seu"
    r"|your|at|from|del|da|do|mejor|please|in|en|na|no|direto|directly|mais|mas|here"
    r"|ah?i)"
    r" ){0,5}"
)
# Who moves a day of the stay that is being spoken of.
MOVES = (
    r"\b(?:cambi\w+|mov[ei]\w*|mud[ae]\w*|pas[ae]\w*(?= (?:la|a) )"
    r"|corr[ae]\w*|modific\w+|alter\w+"
    r"|troc\w+|adelant\w+|atras\w+|posterg\w+|change|move|switch|shift|push)"
    r" (?:(?:me|nos|please|por favor) )?(?:la|el|a|o|the|my|mi|minha) "
)
ARRIVAL = (
    r"fecha|data|date|dia|day|llegada|chegada|arrival|entrada|ingreso|check ?-? ?in"
)
LEAVING = r"salida|saida|departure|check ?-? ?out|egreso|partida"
CANCEL = re.compile(
    r"\b(?:borr\w+|elimin\w+|baj[aeo]\w*|delete|remove|drop|kill|scrap|ditch|void)"
    r" (?:la|mi|my|the|minha|a|our|nuestra|nossa)"
    r" (?:reserv\w+|booking)\b|\bsin efecto\b|"
    r"\b(?:cancel\w*|anul[aoe]\w*|desmarca\w*|desmarque\w*|dar baixa|desist\w+"
    r"|(?:dar|das|de|den|doy|dame|da|darme) (?:me )?de baja|call(?:ing)? off"
    r"|suspend\w+ (?:la|mi|minha|a|my|the) (?:reserv\w+|booking))\b"
)
CANCEL_POLICY = re.compile(
    r"\b(?:polit\w+|polic\w+|gratis|gratuit\w+|free|reembols\w+|refund\w*|condiciones"
    r"|hasta cuando|plazo|penal\w+|multa|se puede cancelar|puedo cancelar despues"
    r"|cancel\w* (?:later|despues|depois))\b"
)
CHANGE = re.compile(
    r"\b(?:cambi\w+|modific\w+|mover|mud[ae]\w*|alter\w+|change|move|reschedul\w+"
    r"|remarcar|edit\w*|update|extend\w*)\b.{0,25}\b(?:mi|minha|my|our|nuestra|nossa|la"
    r"|a|the) (?:reserva|reservation|booking|reservacion)\b"
)
_PUT_THROUGH = (
    r"(?:pas[ae]\w*|passa\w*|transf\w+|deriv\w+|encaminh\w+|direcion\w+)"
    r" (?:me |nos )?(?:para|pra|pro|to) (?:an? |the |uma? |una? |el |la |o )?"
)
HUMAN = re.compile(
    rf"\b{_PUT_THROUGH}{_SOMEONE}\b|"
    r"\b(?:habl\w+|comuni\w+|pas[ae]\w*|contact\w+|atien\w+|atend\w+"
    r"|deriva\w*|transf\w+|convers\w+|charlar|chatear|conect\w+|connect|talk|speak"
    r"|chat|reach|fal(?:ar|o|e|em)|passa\w*|put me through|chamar?|llam\w+|escrib\w+"
    r"|consultar con|responda|conteste|prefiero|prefiro|quiero|quero|necesito|preciso"
    r"|want|need|hay|is there|tem|get me|tiene|tienen|queria|quisiera|id like|gostaria"
    rf"(?: de)?) {_LEADING_TO}{_SOMEONE}\b"
    r"(?! (?:mas|sola|solo|pra|para|extra|adicional|more|por(?! (?:favor|tel))|cada|y"
    r"|e|for)\b)"
    r"|\b(?:real|actual|live) (?:person|human|people|agent)\b|\bfront desk\b"
    r"|\b(?:persona|pessoa|alguien|gente) (?:real|de verdade?|humana|de carne)\b"
    r"|\bser(?:es)? humanos?\b|\b(?:atendimento|atencion) (?:humano|humana|personal)\b"
    r"|\bllam(?:en|eme|enme|ame|arme|arnos|enos|ennos|anos)\b"
    r"|\b(?:me|nos) (?:(?:puede[sn]?|podes|podrian?) )?llam(?:ar|an?|as)\b"
    r"|\b(?:call|ring|phone) (?:me|us)\b|\bgive (?:me|us) a (?:call|ring)\b"
    r"|\b(?:alguien|alguem|someone|somebody|anyone|a person|a human|una persona"
    r"|uma pessoa) (?:\w+ ){0,3}?"
    r"(?:at[ie]+nd\w+|ayud\w+|ajud\w+|help|llam\w+|call|get back|contact\w*|reach"
    r"|respond\w+|contest\w+|hablar"
    r"|falar|talk)\b|\b(?:customer service|(?:atencion|servicio) al cliente|sac)\b"
    r"|\bphone call\b|\b(?:me|nos) lig(?:a|ue|ar|uem|am)\b|\bme chama\w*\b"
    r"|\blig(?:a|ue|ar|uem) (?:pra|para) (?:mim|nos)\b|\bpodem? (?:me )?ligar\b"
    r"|\bun[ao]? llamad[ao]\b|\buma ligacao\b|\bpor telefono\b|\bby phone\b"
    r"|\b(?:no|nao) (?:quiero |quero |con |com |hablar |falar ){0,5}(?:un |um )?"
    r"(?:bot|robot|robo|maquina)\b|\bnot a (?:bot|robot|machine)\b"
    r"|\b(?:puedo|posso|can i) (?:llamar\w*|ligar|call)\b|\btalk to you\b"
    r"|\b(?:telefonos?|telefone|numero|phone(?: number)?) (?:para|pra|to|de"
    r"|where i can)"
    r" (?:llam\w+|ligar|call|comunic\w+|contact\w*)"
    r"|\bsos (?:un )?(?:bot|robot|humano)\b"
)
HUMAN_ALONE = re.compile(
    r"(?!\W*(?:una|uma|a|an|1) (?:persona|pessoa|person)\W*$)"
    r"\W*(?:(?:un|una|um|uma|an?|the|la|el|o|con|com|hola|oi|hi|hello|por|favor"
    r"|please|real"
    rf"|humano|humana|algun|algum)\W+){{0,6}}{_SOMEONE}"
    r"(?:\W+(?:por|favor|please|gracias|humano|humana|ya|ahora|now|real"
    r"|obrigad[oa])){0,4}\W*"
)
HELP = re.compile(
    r"\b(?:que|what|en que|em que|como|how|cual)\b(?: (?:mas|else|cosas?|coisas?"
    r"|things?"
    r"|all|voce|voces|tu|vos|you|este|this|bot|el|o|a|stuff|kind|of|tipo|de)){0,6} "
    r"(?:podes|puedes|pueden|puede|podrias|podrian|sabes|can|could|do|pode|podem|sabe"
    r"|faz"
    r"|fazem|consegue|haces|hace|hacen)"
    r"(?: (?:vos|you|this|bot|el|o|voce|me|nos|todo|here|aqui|aca|i|with|este"
    r"|chat)){0,5}"
    r"(?: (?:hacer|fazer|ayudar\w*|ajudar\w*|do|help|resolver|ask|preguntar\w*"
    r"|perguntar"
    r"|offer|for me|por mi|por mim))?(?: (?:me|you|for me|for you|por mi|here|with|aca"
    r"|aqui|vos|voce|este chat|this chat)){0,5}\W*$"
    r"|\b(?:que|what) (?:cosas |coisas )?(?:puedo|posso|can i)"
    r" (?:preguntar\w*|perguntar\w*|pedir\w*|ask)\b"
    r"|\bcomo (?:funciona|se usa|usa|uso|usar|te uso|lo uso|opera|func\w+)\b"
    r"|\bhow (?:does|do) (?:this|it|that|you|the bot)(?: \w+){0,2} (?:work|function)\b"
    r"|\bhow (?:to|do i|can i) use\b|\bpara que (?:sirve\w*|serve|sirves|es esto)\b"
    r"|\b(?:what|que|o que|como) (?:is|es|e) (?:this|esto|isso|isto|este chat"
    r"|this chat)\b"
    r"|\bwhat (?:are you|do you do)\b|\bque (?:haces|podes hacer|puedo hacer)\b"
    r"|\b(?:quien|who|quem) (?:sos|eres|are you|e voce)\b|\bcomandos\b|\binstruc\w+\b"
    r"|\bque me (?:podes|puedes) (?:ofrecer|decir)\b"
)
HELP_WEAK = re.compile(
    r"\b(?:ayud\w+|auxilio|help\w*|ajud\w+|socorro|menu|no entiendo|nao entendi\w*"
    r"|dont understand|como hago|como faco|assistance|perdid[oa]|confundid[oa])\b"
)
ROOM_TYPES = re.compile(
    r"\bde que (?:tipos?|clases?) (?:son|hay|tienen|tenes|sao|tem)\b|"
    r"\b(?:que|cuales|cual|quais|qual|what|which|whats|como|how|describ\w*|mostra\w*"
    r"|muestr\w+|show|ver|conocer"
    r"|conhecer|see)\b"
    r"(?: (?:son|sao|are|is|me|the|las|los|os|as|tipos?|types?|kinds?|sorts?|clases?"
    r"|opciones|options|opcoes|categorias?|categories|modelos?|estilos?|variedad|de|of"
    r"|otras?|other|outros|different|diferentes|distint[oa]s|tus|sus|your|seus|all"
    r"|todos"
    r"|todas|tienen|tenes|tem|ha|hay|do|you|have|existem|existen|voces)){0,7} "
    r"(?:habitacion(?:es)?|habs?|cuartos?|quartos?|rooms?|piezas|acomodac\w+)\b"
    r"|\b(?:tipos?|types?|kinds?|sorts?|clases?|categorias?|categories|variedad|modelos"
    r"|opciones|options|opcoes|lista|list|catalogo|fotos) (?:de |of |das |dos |los "
    r"|las "
    r"|the |your ){0,3}(?:habitacion(?:es)?|habs?|cuartos?|quartos?|rooms?|acomodac\w+"
    r"|alojamientos?)\b"
    r"|\b(?:rooms?|quarto|habitacion) (?:types?|categories|options|kinds|selection)\b"
    r"|\b(?:habitaciones|quartos|rooms) (?:que )?(?:ofrecen|oferecem|existen|existem"
    r"|manejan|do you offer|you offer|you have|do you have|have you got)\b"
    r"|\bdiferenc\w+\b.{0,20}\b(?:habitaciones|quartos|rooms|cuartos)\b"
    r"|\bdifferen\w+\b.{0,20}\brooms\b"
    r"|\b(?:tell me about|contame (?:de|sobre)|fale sobre|inf\w* (?:de|sobre|on|about))"
    r" (?:las |the |os |your |sus ){0,3}(?:habitaciones|rooms|quartos)\b"
)
WHICH_ARE_FREE = re.compile(
    r"\b(?:disponib\w+|disponiv\w+|available|libres?|livres?|vacan\w+|vag[ao]s?|quedan"
    r"|left|free)\b"
)
PRICE = re.compile(
    r"\b(?:[ck]uant[oa]s?|quant[oa]s?)\b"
    r"(?! (?:tiempo|tempo|dias|hay|personas|pessoas|falta|demora|antes|tarda|metros"
    r"|mide"
    r"|habitaciones|quartos|noches|noites|gente|camas|estrellas|queda|son|somos"
    r"|plazas))"
    r"|\b(?:precios?|precit\w+|prec[oi]s?|presios?|tarifas?|tarifario|valor(?:es)?"
    r"|costos?|cost|coste|cuestan?|costaria\w*|costar\w*|presupuest\w+|cotiza\w*"
    r"|how much|how expensive|prices?|pricing|priced|rates?|costs?|quotes?|quotation"
    r"|orcamento|diaria|(?:as|das|suas|quais) diarias|caro|cara|expensive|(?:que"
    r"|como) (?:me |nos )?salen?|a como|fees?|charges?|custa|custam|custo|custaria"
    r"|cobran?|cobras"
    r"|cobram?|saldrian?|baratas?|baratos?|cheap|cheapest|economic\w+|promo\w*"
    r"|descuentos?|discounts?|descontos?|ofertas?|deals?)\b"
)
PER_NIGHT = re.compile(
    r"\b(?:noches?|nights?|noites?|diarias?|tarifas?|rates?|estadia|stay|persona|pessoa"
    rf"|{STAY})\b"
)
INCLUDED = re.compile(r"\b(?:inclu\w+|inclus[oa]s?)\b")
BOOKING = re.compile(
    r"\breserv(?:ar|arme|arnos|arla|arlo|arte|ame|amela|amelo|enme|enos|anos|amos|emos"
    r"|eme|ames|o|e|en|as|arian?|aria)\b"
    r"|\b(?:me|nos|te) (?:reserv\w+|anot\w+|guard\w+|apart\w+|separ\w+|agend\w+)\b"
    r"|\breserva (?:la|las|una?|el|os|as|um|uma|para|pra|pro|por|desde|do|del|ja|ya"
    r"|es[ae]"
    r"|esse|essa|duas|\d)\b"
    r"|\b(?:hac\w+|hag\w+|haz\w*|fazer|faz|faca|faco|fech\w+|make|making|do|place"
    r"|realiz\w+|efetu\w+|efect\w+|tomar|toma|concret\w+|dejar|solicit\w+|garant\w+"
    r"|queria|quiero|quero|quisiera|want|need|gostaria de|would like|id like|necesito"
    r"|preciso|desejo|deseo|request|por|para|iniciar|start)"
    r"(?: (?:a|una?|uma?|la|mi|minha|my|the|otra|outra|another|new|nueva|nova|de|to|me"
    r"|quick|nossa|pre|get)){0,5} (?:reservas?|reservation|reservacion|booking)\b"
    r"|\b(?:anot|guard|apart|agend|separ)(?:ame|anos|arme|arnos|amela|emos"
    r"|enme|eme)\b"
    r"|\b(?:anot|agend)ad[oa]s?\b"
    r"|\b(?:separ|guard|agend|anot|apart)(?:ar?|e|en) (?:um|uma|un|una|o|a|para|pra"
    r"|la|el|ai"
    r"|esa|essa|me)\b"
    r"|\bbook(?:ing)?\b(?! (?:number|id|confirmation|a table|a tour))|\breserving\b"
    r"|^\W*(?:reserva|reservas|reservation|reservacion)\b"
    r"|\breserva\b\W*(?:para|pra|por|for|del?|desde|do dia|$)"
    r"|\bfech(?:ar|amos|ado) (?:a|o|pra|para|pro|com|essa|esse|negocio|uma|um)\b"
    r"|\b(?:quedarme con|quedo con|quedamos con|fico com|ficamos com|ill take|well take"
    r"|i will take|we will take|(?:hold|save|get) (?:me|us) an?|hold an?"
    r"|(?:lock in|secure) (?:the|an?|my)"
    r"|put (?:me|us|my name|our names?) down"
    r"|bloque\w+|alquilar|rent an?)\b"
)
OLD_BOOKING = re.compile(
    r"\b(?:tengo|tenemos|tenia|hice|hicimos|tenho|temos|fiz|fizemos|have|made|had|got"
    r"|confirmacion de|(?:consulta|pregunta|duda|question) (?:por|sobre|about)"
    r"|estado de"
    r"|numero de|number of|status of)"
    r" (?:hecha |feita |already |ya |ja |la |una |uma |an? |mi |minha |my |our "
    r"|the ){0,5}"
    r"(?:reserv(?:a|as|ation|acion|ado|e)|booking|booked)\b"
    r"|\b(?:mi|minha|my|our|nossa|nuestra) (?:reserv(?:a|ation|acion)|booking)\b"
    r"|\bya reserve\b|\bja reservei\b|\balready booked\b"
)
NOT_MINE = re.compile(
    r"\b(?:hac\w+|fazer|make|confirm\w+|quiero|quero) (?:mi|minha|my) reserv"
)
FAQ = re.compile(
    r"\b(?:pileta|alberca|piscina|pool|mascotas?|pets?|perr[oi]\w*|gat[oi]s?|dogs?"
    r"|cats?"
    r"|cachorr\w+|animal\w*|estimacao|desayun\w+|breakfast|cafe(?: da manha)?|pension"
    r"|almuerzo|cenas?|cenar|lunch|dinner|almoco|jantar|restaurant\w*|bar|parking|park"
    r"|estacion\w+|cochera|garage|garagem|valet|wi ?-?fi|internet|clave|password|senha"
    r"|contrasena|weather|clima|tiempo hace|tiempo va|llueve|llover|lluvia|rain\w*"
    r"|chove"
    r"|chover|chuva|temperatura|pronostico|frio|calor|nieve|gimnasio|gym|academia|spa"
    r"|sauna|jacuzzi|hidro\w*|masaj\w+|massage\w*|aire|ac|ar condicionado|air con\w*"
    r"|calefacc\w+|heating|ventilador|tv|televis\w+|netflix|minibar|frigobar|heladera"
    r"|fridge|toallas?|towels?|toalha\w*|sabanas|secador|hair ?dryer|cuna|crib|berco"
    r"|ubica\w+|direccion|address|endereco|localizac\w+|locat\w+|mapa|lejos|cerca"
    r"|near\w*"
    r"|far|longe|perto|distancia|playa|beach|praia|centro|downtown|aeropuerto|airport"
    r"|aeroporto|terminal|rodoviaria|transfer|traslado|taxi|uber|shuttle|tarjetas?"
    r"|credit|card|cards|cartao|pix|efectivo|cash|transferencia|pagar|pagos?|pagamento"
    r"|payment|pay|cuotas|facturas?|invoice|nota fiscal|sena|deposit\w*|horarios?"
    r"|(?:a |de )?(?:que|what) (?:hora|horas|time)|late check|early check|fum\w+"
    r"|smok\w+"
    r"|ascensor|elevator|elevador|accesib\w+|wheelchair|cadeirante|discapac\w+|luggage"
    r"|valijas?|equipaje|maletas?|bagagem|malas|lavander\w+|laundry|vista|view"
    r"|balcon\w*"
    r"|varanda|terraza|cocina|kitchen|cozinha|microondas|ventanas?|window\w*|excurs\w+"
    r"|tours?|paseos?|passeios?|activ\w+|atividades|turis\w+|sightseeing|eventos?"
    r"|wedding"
    r"|casamiento|fiesta|cumple\w*|birthday|trabajo|jobs?|cv|curriculum|empleo|emprego"
    r"|trabalhar|trabajar|proveedor|instagram|facebook|web|pagina|site|website|photos?"
    r"|pictures?|video|mail|e-?mail|correo|abiert[oa]s?|abren|open|abert[oa]s?|cierran"
    r"|cerrad[oa]s?|close[sd]?|ninera|babysitter|chiste|joke|piada|futbol|partido"
    r"|refund\w*|reembolso|impuestos?|tax\w*|iva|all inclusive|todo incluido"
    r"|tudo incluso"
    r"|bano|banheiro|bathroom|ducha|shower|llaves?|keys?|chaves?|olvid\w+|esqueci"
    r"|forgot"
    r"|perdi|edad minima|minimum age|age limit|vegetarian\w*|vegan\w*|celiac\w*"
    r"|gluten\w*"
    r"|bici\w*|bikes?|donde (?:estan|queda|quedan|es|esta|quedas)|where|onde)\b"
)
# "Las habitaciones tienen balcón?" asks for none of them.
OF_A_ROOM = re.compile(
    rf"\b(?:la|las|el|los|o|os|a|as|the|do|does|sus|your) {STAY} (?:tienen?|tem|have"
    rf"|has|son|es"
    r"|incluyen?|vienen?|cuentan?|come|comes|sao)\b"
)
ASKS_FOR_ROOM = re.compile(
    r"\b(?:busc\w+|necesit\w+|quier[oae]\w*|quer[eoi]\w*|quisier\w+|precis\w+"
    r"|gostaria\w*|looking for|need|want|would like|id like|wed like|procur\w+"
    r"|interesa\w*|tenes|tienen?|tienes|tendr\w+|hay|habr\w+|quedan?|tem|teria\w*|tinha"
    r"|have|got|is there|are there|any|algun[oa]?|alguma?)"
    rf" (?:(?!el\b|la\b|the\b|in\b|en\b|no\b)\w+ ){{0,2}}?{STAY}\b"
)
AVAILABILITY = re.compile(
    r"\b(?:disponib\w*|disponiv\w+|dispon\w+|availab\w*|vacan\w+|vagas?|libres?|livres?"
    r"|cupos?|(?<!lindo )(?<!hermoso )(?<!bonito )(?<!precioso )(?<!bello "
    r")lugar(?:es)?|lugarcito|espacio|spaces?|spots?|aloj\w+|hosped\w+"
    r"|estadia|estancia|quedarnos|quedarme|stay|staying|accommodation\w*|acomoda\w+"
    r"|lodging|pernoct\w+|pasar (?:la|una|unas|el|unos|uns|alguns)|ficar|algo (?:para"
    r"|disponible|libre)|(?:hay|tienen|tenes|tendrian) algo|(?:something|anything)"
    r"(?: \w+)? (?:for|on|from|in|free)|any rooms?|alguma coisa|full|complet[oa]s?"
    r"|llen[oa]s?|lotad[oa]s?|sold out|fully booked|ocupad[oa]s?|booked up|sobrou"
    r"|rooms? left|room for|openings?"
    r"|(?:puedo|podemos|queremos|quiero|pensamos|pensaba|pienso|quisiera|quisieramos"
    r"|queria|queriamos|quero|would like|want|like|planning) (?:en |to |de )?(?:ir"
    r"|viajar"
    r"|visit\w*|come|go|travel\w*)|escapada|getaway)\b"
    r"|\b(?:tenes|tienen|tiene|tienes|tendr\w+|hay|habra|habria|queda|tem|teria|ha|have"
    r"|got|is there|are there|any|una?|la|el|uma?|a|the|alguma?|algun\w*|teriam|tinha"
    r"|con"
    rf"|y|e|otra|outro|another|de|o) {STAY}\b|^\W*{STAY}\b"
)
# Who says when they come or go has a stay in mind.
COMES = re.compile(
    r"\b(?:lleg[oau]\w*|llegando|entro|entramos|ingres\w+|check ?-? ?in|arriv\w+"
    r"|cheg\w+"
    r"|salgo|salimos|saio|saimos|leav\w+|vengo|venimos|coming|come|paso|quedo|quedarme"
    r"|nos quedamos|dormir|sleep|reserv\w+|busc\w+|necesit\w+|precis\w+|need|fin de)\b"
    rf"|{MOVES}(?:{ARRIVAL}|{LEAVING})\b"
)
