"""Pure. What the doctor says, in English; `words_es` has the same keys."""

from __future__ import annotations

from proxy.doctor.values import Check, Judgement, Level, Remark
from proxy.doctor.words import Words

_CHECKS = {
    Check.SETTINGS: "settings",
    Check.DNS: "DNS",
    Check.TCP: "TCP",
    Check.TLS: "TLS",
    Check.HTTP: "HTTP",
    Check.HOST: "Host",
    Check.CREDENTIALS: "credentials",
    Check.SEARCH: "search",
    Check.REDIS: "Redis",
    Check.CLOCK: "clock",
    Check.BREAKER: "breaker",
}

_REMARKS = {
    Remark.NOT_TRIED: "Not tried: it needs {needs}.",
    Remark.OUT_OF_TIME: "Not tried: no time was left.",
    Remark.SETTINGS_READ: "The settings can be read.",
    Remark.SETTINGS_ODD: "The settings can be read. {sentence}",
    Remark.SETTINGS_WRONG: "No proxy starts with these settings: {sentence}",
    Remark.SETTINGS_ABSENT: "This shell lacks the proxy's variables (PROXY_…): "
    "{sentence}",
    Remark.DNS_LITERAL: "{host} is an address, no name to resolve.",
    Remark.DNS_FOUND: "{host} is {addresses}.",
    Remark.DNS_UNKNOWN: "{host} cannot be resolved: {why}.",
    Remark.DNS_SILENT: "Nobody says within 3 s which address {host} has.",
    Remark.TCP_OPEN: "{at} takes connections.",
    Remark.TCP_REFUSED: "{at} refuses connections: nothing listens there.",
    Remark.TCP_SILENT: "{at} does not answer within 3 s: a firewall, or it is off.",
    Remark.TCP_UNREACHABLE: "{at} cannot be reached: {why}.",
    Remark.TLS_NOT_USED: "Not used: PROXY_UPSTREAM_URL is http.",
    Remark.TLS_GOOD: "The certificate is for {host}, valid until {until}.",
    Remark.TLS_SOON_OVER: "The certificate of {host} ends soon, on {until}: renew it.",
    Remark.TLS_EXPIRED: "The certificate of {host} expired on {day}.",
    Remark.TLS_NOT_YET: "The certificate of {host} is valid from {day} only.",
    Remark.TLS_UNTRUSTED: "The certificate of {host} is not trusted: {why}.",
    Remark.TLS_WRONG_NAME: "The certificate is not for {host}.",
    Remark.TLS_BROKEN: "No TLS comes about: {why}.",
    Remark.TLS_SILENT: "{host} does not answer the TLS handshake within 3 s.",
    Remark.HTTP_ANSWERED: "It answers, with status {status}.",
    Remark.HTTP_DOWN: "It answers with status {status}, but as a broken PMS does.",
    Remark.HTTP_BROKEN: "The connection breaks before the answer is complete.",
    Remark.HTTP_GARBAGE: "What it answers is no answer of the PMS.",
    Remark.HTTP_SILENT: "No complete answer within {seconds} s.",
    Remark.HOST_RIGHT: "QloApps takes the Host for its own.",
    Remark.HOST_REDIRECTS: "It redirects ({status}, to {to}): PROXY_UPSTREAM_HOST or "
    "PROXY_UPSTREAM_URL is not the shop's own address.",
    Remark.CREDENTIALS_GOOD: "The PMS takes the proxy's key.",
    Remark.CREDENTIALS_REFUSED: "The PMS refuses the proxy's key: status {status}, "
    "codes {codes}.",
    Remark.CREDENTIALS_NONE: "Not used: each client sends a key of its own.",
    Remark.SEARCH_GOOD: "A one-night search in hotel {hotel} is answered.",
    Remark.SEARCH_LIST_GOOD: "The list of hotels is answered; which hotel to search is "
    "not known (PROXY_HOTELS).",
    Remark.SEARCH_KEYLESS: "Not tried: without PROXY_UPSTREAM_KEY nothing can be "
    "searched.",
    Remark.SEARCH_REFUSED: "The key may not search: status {status}, codes {codes}.",
    Remark.SEARCH_DOWN: "The search is not answered properly: status {status}, codes "
    "{codes}.",
    Remark.SEARCH_REDIRECTS: "The search is redirected (to {to}).",
    Remark.SEARCH_BROKEN: "The connection breaks before the search is answered.",
    Remark.SEARCH_SILENT: "No complete answer to the search within {seconds} s.",
    Remark.REDIS_NOT_USED: "Not used: PROXY_REDIS_URL is not set.",
    Remark.REDIS_GOOD: "{at} answers in {ms} ms and keeps what it has ({policy}).",
    Remark.REDIS_SLOW: "{at} takes {ms} ms: guests wait for 20 ms at most.",
    Remark.REDIS_EVICTS: "{at} may throw records of bookings away: maxmemory-policy is "
    "{policy}, not noeviction.",
    Remark.REDIS_FULL: "{at} is full and takes no writes: raise its maxmemory.",
    Remark.REDIS_PASSWORD: "{at} refuses the password.",
    Remark.REDIS_SILENT: "{at} does not answer within 3 s.",
    Remark.REDIS_UNREACHABLE: "{at} cannot be reached: {why}.",
    Remark.CLOCK_GOOD: "The clocks agree.",
    Remark.CLOCK_PMS_OFF: "The PMS' clock differs from this one by {seconds} s.",
    Remark.CLOCK_REDIS_OFF: "Redis' clock differs from this one by {seconds} s, and "
    "2 s are allowed.",
    Remark.CLOCK_UNTOLD: "Not tried: nobody told the time.",
    Remark.BREAKER_CLOSED: "Closed since {since}.",
    Remark.BREAKER_OPEN: "Circuit breaker is open since {since}, cause {cause}; next "
    "probe in {seconds} s.",
    Remark.BREAKER_HALF_OPEN: "Half-open since {since}, cause {cause}: a probe is out.",
    Remark.BREAKER_FORCED: "An operator holds it {state} since {since}: {why}",
    Remark.PROXY_ABSENT: "No proxy runs at {url}; --url names another place, "
    "--no-proxy leaves it out.",
    Remark.PROXY_LEFT_OUT: "Not looked at: --no-proxy was asked for.",
    Remark.PROXY_SILENT: "The proxy at {url} does not answer within 3 s.",
    Remark.PROXY_FOREIGN: "What answers at {url} is not the proxy.",
}

_JUDGEMENTS = {
    Judgement.TIMEOUT: "The PMS does not answer in time: PHP or its database is stuck.",
    Judgement.NETWORK: "The network is cut: the PMS cannot be reached, or not safely.",
    Judgement.DOWN: "The PMS is down: it answers with errors.",
    Judgement.CREDENTIALS: "The credentials expired: the PMS refuses the proxy's key; "
    "the PMS itself is up.",
    Judgement.CONFIGURATION: "The proxy's configuration is wrong; the PMS itself may "
    "be up.",
    Judgement.ENVIRONMENT: "This shell has not the proxy's settings; nothing of the "
    "PMS or Redis was looked at.",
    Judgement.FORCED: "An operator holds the breaker; the PMS answers.",
    Judgement.PROXY: "The PMS answers, but not the proxy: without it guests see not "
    "even copies.",
    Judgement.REDIS: "The PMS answers; Redis is not as it should be.",
    Judgement.CLOCK: "The PMS answers; the machines' clocks differ.",
    Judgement.WELL: "All is well.",
}

_DUTIES = {
    Judgement.TIMEOUT: "Look at PHP-FPM and the database on the PMS' machine: slow "
    "queries, full disk, workers all busy; restart PHP if they hang.",
    Judgement.NETWORK: "See the first failed line: mend the name, the route, the "
    "firewall or the certificate, or start the PMS' machine.",
    Judgement.DOWN: "Look at the PMS' own error log; restart its database and PHP, or "
    "undo its last change.",
    Judgement.CREDENTIALS: "In QloApps under Advanced Parameters > Webservice activate "
    "the key, or make a new one with its permissions, and set it in "
    "PROXY_UPSTREAM_KEY or its file.",
    Judgement.CONFIGURATION: "Set right what the failed line names, and start the "
    "proxy again.",
    Judgement.ENVIRONMENT: "Load the file that the proxy starts with (set -a; . FILE; "
    "set +a) and ask again; with compose: docker compose exec proxy python -m proxy "
    "doctor; on Fly: fly ssh console (runbook, step 0).",
    Judgement.FORCED: "Ask who gave the order; then python -m proxy breaker reset "
    "--why "
    '"…".',
    Judgement.PROXY: "See in its log why it stopped, and start it again (runbook, "
    "step 5.6).",
    Judgement.REDIS: "Set Redis right; guests are served without it meanwhile.",
    Judgement.CLOCK: "Start time synchronisation (NTP) on the machine that is wrong.",
    Judgement.WELL: "Nothing.",
}

_PEOPLE = {
    Judgement.TIMEOUT: "The PMS team",
    Judgement.NETWORK: "Who runs the network, then the hosting",
    Judgement.DOWN: "The PMS team",
    Judgement.CREDENTIALS: "Who manages the keys of QloApps' webservice",
    Judgement.CONFIGURATION: "Who deployed the proxy",
    Judgement.ENVIRONMENT: "Who deployed the proxy, if it is not known where the file "
    "is",
    Judgement.FORCED: "The operator who gave the order",
    Judgement.PROXY: "Who deployed the proxy",
    Judgement.REDIS: "Who runs Redis",
    Judgement.CLOCK: "Who runs the machines",
}

_LEVELS = {
    Level.FIRST: "{who}. Over 30 min: L2 PMS team; over 2 h: critical, C-level.",
    Level.L2: "{who}, and now the L2 PMS team: over 30 min. "
    "Over 2 h: critical, C-level.",
    Level.CRITICAL: "{who}, the L2 PMS team, and now C-level: critical, over 2 h.",
}

WORDS = Words(
    checks=_CHECKS,
    remarks=_REMARKS,
    judgements=_JUDGEMENTS,
    duties=_DUTIES,
    people=_PEOPLE,
    levels=_LEVELS,
    cause="Cause",
    duty="What to do",
    call="Who to call",
    nobody="Nobody.",
    passing="From here the PMS answers: the breaker closes with its next probe.",
    lasts="Not closed for {minutes} min.",
    failures="Last failures",
)
