"""Pure. What the agent says in English."""

from __future__ import annotations

from agent.messages import Phrase
from agent.replies.labels import Labels

PHRASES: dict[Phrase, str] = {
    Phrase.GREETING: "Hello! 👋 I am the hotel's assistant. "
    "Tell me the dates and how many you are, and I will tell you what is free.",
    Phrase.HELLO_AGAIN: "Hello again!",
    Phrase.HELP: "I can tell you which rooms are free and their price, and book one "
    "for you. For example: “a double from December 5 to December 8 for 2”. To begin "
    "anew, write “start over”; if you prefer a person, “reception”.",
    Phrase.OUT_OF_SCOPE: "I cannot help with that here: I take care of rooms, prices "
    "and bookings. To talk to a person, write “reception”.",
    Phrase.WELCOME: "You are welcome! I am here if you need anything.",
    Phrase.GOODBYE: "Goodbye! Write to me if you need anything else.",
    Phrase.PRICE_IS_FIXED: "The hotel sets the prices and I cannot change them here. "
    "We can look at another room or another date; for a discount write “reception”.",
    Phrase.ONE_ROOM_EACH: "Here I book one room at a time, for those who fit into it. "
    "For several together write “reception” and a person will help you.",
    Phrase.NAME_IS_KNOWN: "No need to tell me the name: the booking has the one of "
    "your WhatsApp profile. If it must have another, write “reception”.",
    Phrase.STARTED_OVER: "Sure, let us start over.",
    Phrase.AS_YOU_LIKE: "All right. Write to me if you need anything else.",
    Phrase.TAKE_YOUR_TIME: "Sure, take your time: I am here.",
    Phrase.NONE_OF_THESE: "I see. Shall we look at other dates or another kind of "
    "room? If you prefer a person, write “reception”.",
    Phrase.NOTHING_CANCELLED: "Do not worry, nothing was cancelled.",
    Phrase.ASK_CHECKIN: "For which date?",
    Phrase.ASK_CHECKOUT: "Which day would you leave?",
    Phrase.ASK_ADULTS: "For how many adults?",
    Phrase.ASK_ROOM_TYPE: "Which one would you like?",
    Phrase.ASK_ROOM_TYPE_FOR_LATER: "Tell me which one you like, and I will write to "
    "you when it can be booked.",
    Phrase.ASK_TO_BOOK: "Shall I book it for you?",
    Phrase.ASK_CONFIRMATION: "Shall I confirm it? Answer “yes” and I will book it.",
    Phrase.ASK_TO_NOTIFY: "Shall I write to you when the hotel's system is back? "
    "If you prefer a person, write “reception”.",
    Phrase.WHICH_DAYS: "Which days would that be? Tell me when you arrive and when "
    "you leave.",
    Phrase.DATE_IS_PAST: "That date has already passed.",
    Phrase.NO_SUCH_DAY: "There is no such day in the calendar.",
    Phrase.LEAVES_TOO_EARLY: "The departure has to be after the arrival.",
    Phrase.OTHER_DATES: "Would you like to try another date?",
    Phrase.TOO_MANY: "I have no free room that takes all of you. To book two rooms "
    "or more write “reception” and a person will help you. We can also try with fewer "
    "people or another date.",
    Phrase.NO_SUCH_ROOM: "We do not have that kind of room.",
    Phrase.ROOM_NOT_LISTED: "I cannot see that room right now.",
    Phrase.ROOM_NOT_FREE: "That room is not free on those dates.",
    Phrase.ROOM_TOO_SMALL: "That room does not take all of you.",
    Phrase.CANNOT_CHECK: "Sorry, I cannot check availability right now: the hotel's "
    "system is not answering.",
    Phrase.NOT_BOOKED: "All right, nothing was booked. If you want to change the "
    "dates, the guests or the room, just tell me.",
    Phrase.NO_BOOKINGS_NOW: "I cannot take bookings right now, because the hotel's "
    "system is not answering.",
    Phrase.BOOKING_REFUSED: "Sorry, I cannot take bookings right now: "
    "the hotel's system is not answering. Nothing was booked.",
    Phrase.STILL_CAN_SHOW: "Meanwhile I can tell you the latest that I know.",
    Phrase.BOOKING_INVALID: "The hotel's system did not accept the booking, so nothing "
    "is booked. I am passing your details to the front desk; a person will write to "
    "you.",
    Phrase.ROOM_GONE: "Oh, that room was taken just now, before I could book it.",
    Phrase.PRICE_CHANGED: "The price has just changed, so nothing is booked yet.",
    Phrase.BEING_CHECKED: "I sent your booking and the hotel has not told me yet "
    "whether it went through: I am checking. No need to repeat it, I will write as "
    "soon as I know.",
    Phrase.STILL_BEING_CHECKED: "I am still checking your booking. No need to repeat "
    "it, I will write as soon as I know.",
    Phrase.SURELY_NOT_BOOKED: "I have checked: the booking did not go through.",
    Phrase.WILL_NOTIFY: "Sure, I will write to you as soon as it is back.",
    Phrase.ALREADY_NOTED: "I have noted it: I will write as soon as it is back.",
    Phrase.WILL_NOT_NOTIFY: "All right, I will not write to you about it. Write to me "
    "if you need anything else.",
    Phrase.PMS_WORKS: "The hotel's system is working: I can tell you now which rooms "
    "are free. Of other things I cannot send you word.",
    Phrase.PMS_IS_BACK: "The hotel's system is back!",
    Phrase.HANDED_OFF: "I am handing you over to the front desk: "
    "a person will write to you.",
    Phrase.GROUP_HANDED_OFF: "So many people do not fit into one room, so I am handing "
    "you over to the front desk: a person will write to you.",
    Phrase.ONLY_TEXT: "Sorry, I can only read text here. Could you write it to me?",
    Phrase.TAPPED_LATE: "That button is from an earlier message, so I did nothing.",
    Phrase.HOLDING_ASK_AGAIN: "This is taking a while. "
    "Write “availability” in a moment and I will tell you what is free.",
}

LABELS = Labels(
    stay="From {checkin} to {checkout} ({nights}), {party}:",
    none_free="From {checkin} to {checkout} ({nights}) there are no rooms left for "
    "{party}.",
    price_note="Prices are for the whole stay, taxes included.",
    may_be_more="There may be more rooms that I cannot see right now.",
    kinds="We have: {kinds}.",
    too_long="{nights} is more than I can book: a stay is of {most} at most.",
    summary="This is your booking:",
    total="Total: {price}, taxes included",
    booked="Done, it is booked! 🎉 Your booking number is {reference}.",
    booked_again="That is already booked: its number is {reference}.",
    nights=("1 night", "{n} nights"),
    adults=("1 adult", "{n} adults"),
    children=("1 child", "{n} children"),
    and_="and",
    stale="This info may be out of date",
    ages=("less than a minute old", "1 minute old", "{n} minutes old"),
    room_types={
        "single": "single",
        "double": "double",
        "twin": "twin",
        "triple": "triple",
        "quadruple": "quadruple",
        "family": "family",
        "suite": "suite",
    },
    yes="Yes",
    no="No",
    person="Reception",
)
