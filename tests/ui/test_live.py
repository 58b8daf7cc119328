from __future__ import annotations

import os
import subprocess
import sys
import threading

from ui.room import PASSPHRASE, Room

from app.services import incidents, journal
from app.ui.live import Prompt


def looked_at(room: Room) -> Room:
    """The room with its incident open."""
    room.declare()
    room.live.start(room.session)
    room.live.open(room.incident)
    room.settle()
    return room


def test_an_act_is_recorded_then_shown(room: Room) -> None:
    """`saving` at once, `saved` with the number, then the view and the rows advance."""
    live = looked_at(room).live
    heard: list[object] = []
    live.saving.connect(lambda words: heard.append(("saving", words)))
    live.saved.connect(lambda recorded: heard.append(("saved", recorded.number)))
    live.rows_changed.connect(lambda first: heard.append(("rows", first)))
    before = live.row_count
    live.do(journal.log, live.number, "The proof log names users", zone="UTC", saying="The proof log")
    room.settle()
    assert heard == [("saving", "The proof log"), ("saved", live.number), ("rows", before)]
    assert live.row_count == before + 1
    assert live.look is not None
    assert live.look.seal_size == live.look.view.entry_count


def test_a_refusal_changes_nothing_and_says_why(room: Room) -> None:
    """An unusable line reaches the strip as a sentence; the record stays as long as it was."""
    live = looked_at(room).live
    before = live.row_count
    live.do(journal.log, live.number, "   ", zone="UTC")
    room.settle()
    assert [refusal.code for refusal in room.failures] == ["empty-text"]
    assert live.row_count == before


def test_a_correction_says_that_older_rows_differ(room: Room) -> None:
    """The timeline asks for its pages again from the first row on."""
    live = looked_at(room).live
    room.log("12000 people")
    room.refreshed()
    firsts: list[int] = []
    live.rows_changed.connect(firsts.append)
    live.do(journal.correct, live.number, room.last.seq, text="1200 people")
    room.settle()
    assert firsts == [0]


def test_what_a_second_process_commits_is_seen_within_a_second(room: Room) -> None:
    """The command line writes into the same folder; the open window follows by itself."""
    live = looked_at(room).live
    before = live.row_count
    command = [sys.executable, "-m", "app", "--home", str(room.session.folder), "log", live.number, "from elsewhere"]
    environment = {**os.environ, "COCKPIT_KEYSTORE": "file", "COCKPIT_PASSPHRASE": PASSPHRASE}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    room.qtbot.waitUntil(lambda: live.row_count > before, timeout=1000)
    assert room.last.text == "from elsewhere"


def test_a_locked_key_holds_the_act_until_it_is_unlocked(room: Room) -> None:
    """Nothing is lost and nothing is signed while the key is locked; a wrong passphrase changes nothing."""
    live = looked_at(room).live
    asked: list[bool] = []
    live.unlock_wanted.connect(lambda: asked.append(True))
    live.lock()
    room.settle()
    before = live.row_count
    live.do(journal.log, live.number, "said while locked", zone="UTC")
    room.settle()
    assert (asked, live.locked, live.row_count) == ([True], True, before)
    wrong: list[str] = []
    live.unlock("not this one", lambda refusal: wrong.append(refusal.code))
    room.settle()
    assert (wrong, live.locked, live.row_count) == (["wrong-passphrase"], True, before)
    live.unlock(PASSPHRASE)
    room.settle()
    assert (live.locked, room.last.text) == (False, "said while locked")


def test_giving_up_on_the_passphrase_drops_the_act_and_says_so(room: Room) -> None:
    """It is not recorded later by surprise."""
    live = looked_at(room).live
    live.lock()
    room.settle()
    live.do(journal.log, live.number, "never recorded", zone="UTC")
    live.give_up()
    live.unlock(PASSPHRASE)
    room.settle()
    assert [refusal.code for refusal in room.failures] == ["locked"]
    assert room.last.text != "never recorded"


def test_whoever_asked_for_an_act_hears_that_it_was_given_up(room: Room) -> None:
    """A form that waits becomes usable again: it is told, the newest first, and the strip need not say it too."""
    live = looked_at(room).live
    live.lock()
    room.settle()
    told: list[str] = []
    for line in ("first", "second"):
        live.do(journal.log, live.number, line, zone="UTC", refused=lambda refusal, line=line: told.append(line))
    live.give_up()
    assert told == ["second", "first"]
    assert room.failures == []


def test_a_question_of_the_writer_does_not_block_the_window(room: Room) -> None:
    """The writer waits for a passphrase in its own thread; the window answers when the person has."""
    live = looked_at(room).live
    prompts: list[Prompt] = []
    answers: list[str | None] = []
    live.passphrase_wanted.connect(prompts.append)
    asking = threading.Thread(target=lambda: answers.append(live.ask("Maria Ionescu")))
    asking.start()
    room.qtbot.waitUntil(lambda: bool(prompts))
    assert (prompts[0].name, answers) == ("Maria Ionescu", [])
    prompts[0].answer("her own words")
    asking.join(5)
    assert answers == ["her own words"]


def test_nothing_is_asked_of_the_store_while_the_window_is_minimised(room: Room) -> None:
    """Paused: no ticks, no polls; resumed: what happened meanwhile is there at once."""
    live = looked_at(room).live
    live.pause()
    assert not live.tick.isActive()
    room.log("while minimised")
    before = live.row_count
    room.qtbot.wait(700)
    assert live.row_count == before
    live.resume()
    room.qtbot.waitUntil(lambda: live.row_count == before + 1, timeout=1000)


def test_another_incident_replaces_the_one_that_was_open(room: Room) -> None:
    """Look, rows and number are those of the new one; a number that is none leaves the old one."""
    live = looked_at(room).live
    other = incidents.declare(room.session, "zkp", "P2", "Another one")
    live.open(other.number)
    room.settle()
    assert live.number == other.number
    live.open("INC-19990101-001")
    room.settle()
    assert live.number == other.number
    assert [refusal.code for refusal in room.failures] == ["no-incident"]
