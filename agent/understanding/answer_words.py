"""Pure. What guests write when they only greet, or say yes or no, "|" between two."""

from __future__ import annotations

from agent.understanding.folding import NO_MARK, YES_MARK

YES = f"""
lo confirmo|la confirmo|confirmo todo|confirmo la reserva|vamos con esa|me quedo con esa
esa misma|that one please|estoy de acuerdo|aceptamos|pode fechar|quero essa|essa mesma
ta perfeito|esta perfeito|esta bem|ta bem|esta bom|esta otimo|estou de acordo|de acordo
concordo|im in|reserve it
thats perfect
thats good|thats ok|all good|sounds fine|yes please|esta perfecto|esta genial|me encanta
{YES_MARK}|si|sii|sisi|sip|sep|seh|sim|yes|yep|yeah|yea|yup|ye|yess|y|ok|oki|okey|okay
okis|okk|k|dale|va|vale|listo|perfecto|perfect|perfeito|genial|buenisimo|excelente
excellent|great|awesome|cool|claro|obvio|por supuesto|of course|sure|absolutely
definitely|certainly|correct|correcto|correto|exacto|exactly|exato|confirmo|confirmado
confirmada|confirmed|confirmame|confirm|confirma|confirmar|confirmalo|confirmala
confirmamos|de acuerdo|agreed|hecho|de una|joya|barbaro|bueno|esta bien|ta bien
muy bien|bien|me parece bien|me parece|me parece perfecto|me sirve|me gusta|nos sirve
sounds good|sounds great|sounds perfect|looks good|works for me|works|that works
thats fine|thats right|thats great|fine|go ahead|go for it|lets do it|do it|lets go
deal|done|right|alright|all right|adelante|avanza|avancemos|mandale|metele|hagamoslo
hacelo|hazlo|procede|proceed|pode ser|pode|podemos|pode confirmar|pode sim|isso
isso mesmo|isso ai|certo|com certeza|combinado|fechado|fechou|beleza|blz|ta bom
tudo certo|ta otimo|otimo|bora|vamos|vamo|tranquilo|quero sim|quero|aceito|acepto
aceptado|i accept|afirmativo|affirmative|asi es|eso|eso es|tal cual|ese|esa|this one
claro que si|claro que sim|yes i do|i do|please do|mhm|aja|ahi va|de 10|de diez
impecable|fantastico|fantastic|super|simon|orale|sale|sale y vale|arre|ya esta|venga
estupendo|fenomenal|por mi bien|lo quiero|la quiero|lo tomo|la tomo|i want it
ill take it|well take it|me la quedo|me lo quedo|nos la quedamos|nos lo quedamos
fico com ela|fico com esse|fico com essa|ficamos com ela|sure thing|book it|reservala
reservalo|pode reservar
dale reservame|dale nomas|si quiero|yes sir|por que no|why not|no problem|sin problema
thats lovely|that will do|thatll do|it will do|thisll do|this will do
thats wonderful|thats brilliant|thats ideal|thats right|brilliant
wonderful|amazing|ideal|splendid|grand|marvellous|fair enough|thats it
por supuesto que si|desde luego|como no|cierto|ciertamente|naturalmente|maravilla
maravilloso|maravillosa|de maravilla|barbara|buenisima|estupenda|excelentes|maravilha
maravilhoso|maravilhosa|show de bola|sem duvida|sin duda|sin dudas|without a doubt
no doubt|yessir|aye|roger|copy|copiado
sem problema|that would be great|me encanta|me viene bien
"""
NO = f"""
thats all|eso es todo|nada mas gracias|so isso
por enquanto nao|por ora nao|despues|luego|later|maybe later|mas tarde|outra hora
deixa pra depois|let me think|let me think about it|ill think about it|vou ver|voy a ver
te aviso|despues te aviso|te aviso despues|ni idea|melhor deixar|prefiero no|prefiro nao
id rather not do it|no me gusta|nao gostei|i dont like it|no es lo que busco
{NO_MARK}|no|nop|nope|nah|nel|naa|na|nao|non|negativo|negative|n|nunca|jamais|dejalo
dejala|dejemoslo|lo dejo|lo dejamos|deja|olvidalo|olvidate|deja nomas|dejalo asi
dejalo ahi|lo pienso|lo voy a pensar|lo pensamos|lo pensare|vou pensar|deixa
deixa quieto|deixa pra la|deixa para la|deixa assim|esquece|esqueca|mejor no|ahora no
por ahora no|todavia no|ainda nao|agora nao|melhor nao|acho que nao|creo que no
not for now|not at the moment|not at this time|maybe not|no for now|not this time
not now|not yet|not really|no way|not today|never mind|nevermind|forget it|leave it
skip it|drop it|no quiero|nao quero|no me interesa|no me sirve|no me convence
muy caro|es muy caro|esta muy caro|esta caro|too expensive|thats too expensive
its too expensive|too much|muito caro|ta caro|e muito caro|demasiado caro|no worries
mejor despues|melhor depois|dejame ver|dejame pensarlo|deixa eu ver|deixa eu pensar
let me see|let me check|mejor otro dia|ninguna|ninguno|ninguna de esas|nenhum|nenhuma
none|neither|none of them
cambie de idea|cambie de opinion|cambiamos de idea|mudei de ideia|mudamos de ideia
melhor outro dia|another day|outro dia|otro momento|em outro momento
ya fue|ni modo|no way jose|para nada|paso|de ninguna manera|de jeito nenhum|nem pensar
ni loco|no thank you
no thanks|dont|i dont think so|do not|id rather not|rather not|pass|i changed my mind
i dont want it|ya no|nada|nada mas|nao precisa|no hace falta|otro dia|otra vez sera
found somewhere else|found another place|found another hotel|found something else
ya encontre|ya encontramos|ya encontre otro|ya conseguimos|ya consegui
ya encontre otro hotel|ja encontrei|ja encontramos|ja achei|ja achei outro
ja arrumei outro|booked somewhere else|booked elsewhere|we found another hotel
encontre otra cosa|encontre otro hotel
nao vai dar|no va|no puedo|nao posso|no confirmo|nao confirmo|wrong|incorrecto
incorreto|errado|esta mal|tampoco|no asi no|claro que no|claro que nao|hoy no
por el momento no|de momento no|no por el momento|desisto|im good|im fine
not interested|no es eso|fica pra proxima
"""
GREETING = """
hola|holas|ola|hol|holi|holis|holu|hello|helo|hi|hiya|hey|heya|ey|yo|oi|oie|opa|eai
e ai|alo|alou|salve|saludos|greetings|howdy|sup|whats up|wassup|buenas|buenos|buen
wenas|boas|muy buenas|bom|boa|good|morning|dia|dias|tarde|tardes|noche|noches|noite
afternoon|evening
day|night|que tal|que onda|como estas|como esta|como estan|como andas|como andan
como va|como vai|como vao|como van|como le va|como te va|todo bien|todo tranqui
tudo bem|tudo bom|tudo|how are you|how are you doing|how are you today|hows it going
how is it going|hru|how are you guys|nice to meet you|estan ahi|estas ahi|hay alguien
hay alguien ahi|alguien ahi|are you there|anyone there|tem alguem ai|there|everyone
team|guys|pessoal|a todos|lindo dia|un gusto|prazer|mucho gusto|espero que esten bien
espero que este bien|estimados|estimado|estimada|buen dia|buenos dias|hola hola
opa blz|oi blz|oi beleza|ola beleza|opa beleza|e ai blz|e ai beleza|oi tudo certo
todo bien por ahi|como esta todo|como anda todo|good day|gday|g day|how do you do
how you doing
"""
MANNERS = """
por favor|porfa|favor|please|gracias|muchas gracias|mil gracias|thanks|thank you|thx
ty|so much|very much|thanks a lot|obrigado|obrigada|muito obrigado|muito obrigada
entonces|entao|then|ya|ahi|che|amigo|amiga|pues|hombre|asi|todo|te agradezco|brigado
brigada|valeu|bro|man|jaja|jajaja|jeje|haha|haga|la|lo|it|that|that one|i|me|that is
is|the|booking|reserva|la reserva|reservation|a|o|eu|yo|and|mas|but|pero|ah|oh|uh|eh
mm|mmm|hmm|hm|well|right now|now|agora|ahora|por ahora|nomas|just|moment|de momento
e isso|con eso|con esa|com isso|with that|senhor|senhora|senor|senora|sir|maam
del|do|amigos|gente|chicos|friend|to you|ustedes|y usted|y ustedes|e voce|e voces
y vos|muy|actually|en realidad|na verdade|sorry|perdon|disculpa|desculpa|mira
entonces si|y|e|muito|hoy|hoje|today|a reserva|everything|con todo|for now|you|te|de
os|igual|igualmente|anyway|anyways|mesmo assim|all the same|de todas formas
querido|querida|queridos|dear|dears|darling|love|mi amor|amor|corazon|corazones|mijo
mija|m hijo|linda|lindo|bella|meu amor|minha querida|meu querido|mate|buddy|pal|flor
caballero|joven|moca|moco|jovem|dona|don|reina|rey|tesoro|cielo|maestro|jefe|capo
genio|genia|crack|fiera|parce|amore|honey|hun|folks|to all|a todo el mundo|gentileza
fecha|esos datos|estos datos|los datos|os dados|together|everybody|show|nicely|uy|ui|ay
ups|oops|uff|com voces|com voce|con ustedes
contigo|with you|por ahi
por la|por aca|disculpe la molestia|disculpa la molestia|perdon la hora
perdon la molestia|desculpe o incomodo|sorry to bother you|esta todo|esta tudo|all
ustedes dos|mi gente|de corazon
de todos modos|de qualquer forma
"""
# "Sounds good", "me parece bien": any of these before any of those is a yes.
SEEMS = """
sounds|looks|thats|that is|all|me parece|esta|ta|todo|tudo|parece|suena|por mi|por mim
"""
GOOD = """
good|great|fine|perfect|lovely|ok|okay|excellent|amazing|wonderful|right|correct|ideal
bien|perfecto|perfecta|genial|barbaro|excelente|buenisimo|correcto|correcta|otimo
perfeito|bom|bem|certo|maravilha|de diez
"""
