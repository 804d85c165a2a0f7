"""Pure. Words that ask for a person, or what this chat is for."""

from __future__ import annotations

import re

_SOMEONE = (
    r"(?:persona|alguien|humano|humana|recepcion|recepcionista|encargad[oa]|agente"
    r"|asesora?|operadora?|gerente|duen[oa]|responsable|vendedora?|representante"
    r"|ejecutiv[oa]|person|human|someone|somebody|agent|reception|front desk|desk"
    r"|receptionist|manager|representative|operator|staff|rep|owner|pessoa|alguem"
    r"|recepcao|atendente|ustedes|voces|employee|team|equipe|equipo|anyone"
    r"|administracion"
    r"|colleague|colega|conserje|concierge|consultora?|supervisora?|responsavel|dono"
    r"|people)"
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

_PUT_THROUGH = (
    r"(?:pas[ae]\w*|passa\w*|transf\w+|deriv\w+|encaminh\w+|direcion\w+)"
    r" (?:me |nos )?(?:para|pra|pro|to) (?:an? |the |uma? |una? |el |la |o )?"
)

HUMAN = re.compile(
    rf"\b{_PUT_THROUGH}{_SOMEONE}\b|"
    r"\b(?:habl\w+|comuni\w+|pas[ae]\w*|contact\w+|atien\w+|atend\w+"
    r"|deriva\w*|transf\w+|convers\w+|charlar|chatear|conect\w+|connect|talk|speak"
    r"|word|touch"
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
    r"|\bhow (?:this|it|the bot|everything)(?: \w+)? works?\b|\bhow (?:to|do i"
    r"|can i) use\b|\bpara que (?:sirve\w*|serve|sirves|es esto)\b"
    r"|\b(?:what|que|o que|como) (?:is|es|e) (?:this|esto|isso|isto|este chat"
    r"|this chat)\b"
    r"|\bwhat (?:are you|do you do)\b|\bque (?:haces|podes hacer|puedo hacer)\b"
    r"|\b(?:quien|who|quem) (?:sos|eres|are you|e voce)\b|\bcomandos\b|\binstruc\w+\b"
    r"|\b(?:que|y que|what|o que)(?: debo| tengo que| do i| should i)?"
    r" (?:hago|hacer|faco|do)(?: ahora| now| agora| aca| aqui)?\W*$"
    r"|\b(?:tus|sus|suas|your) (?:funcion\w*|funco\w*|functions?|features)\b"
    r"|\bmy options\b|\bque (?:se puede|da (?:para|pra)) (?:hacer|fazer)\b"
    r"|\bque me (?:podes|puedes) (?:ofrecer|decir)\b"
)

HELP_WEAK = re.compile(
    r"\b(?:ayud\w+|auxilio|help\w*|ajud\w+|socorro|menu|no entiendo|no se (?:usar|como"
    r"|que hacer)|nao sei (?:usar|como)|dont know how|nao (?:entend"
    r"|perceb)\w+"
    r"|dont understand|como hago|como faco|assistance|perdid[oa]|confundid[oa])\b"
)
