from __future__ import annotations

from dataclasses import replace

import pytest

from agent.dialogue.cues import (
    asks_what_is_free,
    changes_a_booking,
    finds_it_dear,
    is_of_no_language,
    keeps_booking,
    picked,
    says_a_name,
    says_bye,
    says_thanks,
    starts_over,
    wants_no_word,
    wants_none,
    wants_same_dates,
    wants_several_rooms,
    wants_time,
    wants_to_be_told,
)
from fakes.talk import DOUBLE, SUITE, TRIPLE

OFFERED = (DOUBLE, replace(TRIPLE, name="Triple de lujo"), replace(SUITE, name="家"))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "empezar de nuevo",
            "Empecemos de nuevo",
            "quiero empezar de cero",
            "reiniciar",
        ),
        *("volver a empezar", "volvamos al principio", "arranquemos de cero"),
        *("start over", "let's start again", "restart", "from scratch please"),
        *("começar de novo", "recomeçar", "vamos começar do zero", "voltar ao início"),
    ],
)
def test_starting_over(text: str) -> None:
    """Each language has its ways to begin anew."""
    assert starts_over(text)


@pytest.mark.parametrize(
    "text",
    ["hola de nuevo", "reservar de nuevo", "a new room", "quero um quarto novo", "ok"],
)
def test_not_starting_over(text: str) -> None:
    """What is only new does not begin anew."""
    assert not starts_over(text)


def test_no_language() -> None:
    """An "ok", a number and an emoji are of no language."""
    for text in ("ok", "OK!", "2", "👍", "ok 👍"):
        assert is_of_no_language(text)
    for text in ("dale", "sí", "ok thanks", "okra"):
        assert not is_of_no_language(text)


def test_changing_a_booking() -> None:
    """A wish to change a booking of before is known in each language."""
    for text in (
        "quiero cambiar la fecha de mi reserva",
        "I need to modify my reservation",
        "dá pra mudar minha reserva?",
    ):
        assert changes_a_booking(text)
    for text in ("cambiar al sábado", "my reservation", "quiero hacer mi reserva"):
        assert not changes_a_booking(text)


def test_thanks() -> None:
    """Thanks are known in each language."""
    for text in ("muchas gracias!", "Thanks a lot", "obrigada", "GRACIAS"):
        assert says_thanks(text)
    assert not says_thanks("hola")


def test_leaving() -> None:
    """A leave is known in each language."""
    for text in ("chau!", "tchau", "Bye, thanks", "hasta luego"):
        assert says_bye(text)
    assert says_bye("hasta el lunes")
    assert not says_bye("hasta que hora es el desayuno?")


def test_dear() -> None:
    """A price that is too high is known in each language."""
    for text in (
        *("muy caro", "es cara", "too expensive", "tem desconto?", "carísimo"),
        *("es mucho", "that's too much", "it's a lot"),
    ):
        assert finds_it_dear(text)
    for text in ("e aí cara", "la doble", "Caracas"):
        assert not finds_it_dear(text)


def test_several_rooms() -> None:
    """Rooms are more than one from two on."""
    for text in (
        "2 habitaciones",
        "several rooms",
        "dois quartos",
        "varias habitaciones",
    ):
        assert wants_several_rooms(text)
    for text in ("una habitación para 2", "1 room"):
        assert not wants_several_rooms(text)


def test_same_dates() -> None:
    """The days of before are known in each language."""
    for text in ("las mismas fechas", "same dates", "mesmos dias", "the same nights"):
        assert wants_same_dates(text)
    assert not wants_same_dates("ese mismo hotel")


def test_asking_what_is_free() -> None:
    """A question for what there is is known in each language; a wish is none."""
    for text in ("¿hay lugar?", "tenés algo?", "do you have a double?", "tem vaga?"):
        assert asks_what_is_free(text)
    for text in ("mejor del 10 al 12", "is it free then?", "make it 3", "para 2"):
        assert not asks_what_is_free(text)


@pytest.mark.parametrize(
    "text",
    [
        *("Soy Ana Lopez", "soy ana lopez", "Hola, soy Ana", "soy María José, gracias"),
        *("me llamo juan", "mi nombre es Ana", "a nombre de Ana Pérez, por favor"),
        *("I'm John Smith", "I\u2019m John", "my name is mark", "This is Ana O'Neill"),
        *("meu nome é João da Silva", "me chamo Bia", "sou a Maria", "nombre: Ana"),
    ],
)
def test_name(text: str) -> None:
    """Each language has its ways to say who one is."""
    assert says_a_name(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "soy vegetariana",
            "soy solo",
            "soy de Córdoba",
            "soy yo",
            "Soy Ana, somos 3",
        ),
        *("i'm sorry", "this is too expensive", "sou eu", "sí", "Ana", "reservala"),
    ],
)
def test_no_name(text: str) -> None:
    """What one is, and more than a name, is no name."""
    assert not says_a_name(text)


def test_being_told() -> None:
    """A wish to be written to is known in each language."""
    for text in (
        *("sí, avisame", "avísame", "please let me know", "me avise por favor"),
        *("yes, tell me", "tell me when it is back", "text me please"),
        *("ya volvió?", "is it back?", "voltou?"),
    ):
        assert wants_to_be_told(text)
    for text in (
        *("una doble", "te aviso", "tell me about the pool"),
        *("no me avises", "don't let me know", "não me avise"),
    ):
        assert not wants_to_be_told(text)


@pytest.mark.parametrize(
    ("text", "room"),
    [
        ("General Rooms", 1),
        ("quiero la GENERAL ROOMS, por favor", 1),
        ("triple de lujo", 2),
        ("家", 3),
        ("la triple", None),
        ("general", None),
        ("general rooms " * 5, None),
        ("", None),
    ],
)
def test_picked(text: str, room: int | None) -> None:
    """A room is picked by its whole name in a short text."""
    assert picked(text, OFFERED) == room


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("Esperá un momento", True),
        ("un segundito", True),
        ("wait a sec", True),
        ("hold on please", True),
        ("um momentinho", True),
        ("ya vuelvo", True),
        ("esperá que le pregunto a mi marido", True),
        ("let me check with my wife", True),
        ("esperá, somos 3", False),
        ("un minuto caminando?", False),
        ("hay lista de espera?", False),
        ("wait, from Friday", False),
    ],
)
def test_waiting(text: str, *, waits: bool) -> None:
    """Who only asks to wait is known from who says something more."""
    assert wants_time(text) is waits


def test_declining() -> None:
    """A notice, a list and a cancellation are declined in all languages."""
    for text in ("dejá, no me avises", "don't let me know", "não precisa avisar"):
        assert wants_no_word(text)
        assert not wants_to_be_told(text)
    assert not wants_no_word("avisame")
    for text in ("ninguna", "none of them", "nenhuma dessas"):
        assert wants_none(text)
    assert not wants_none("ningún problema")
    for text in ("no quiero cancelar", "I don't want to cancel", "não vou cancelar"):
        assert keeps_booking(text)
    assert not keeps_booking("quiero cancelar")
