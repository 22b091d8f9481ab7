"""How many deliveries a lane may claim ahead of its connections."""

from briefing.room import Room


def after(seconds: float, ended: int, *, width: int = 4, ahead: int = 100) -> Room:
    """Return a lane that has ended so many in so many seconds, and holds nothing now."""
    now = [0.0]
    room = Room(width, ahead, seconds=lambda: now[0])
    for _ in range(ended // width):
        room.take(width)
        for _ in range(width):
            room.leave()
    now[0] = seconds
    return room


def test_at_first_a_lane_claims_what_its_connections_take() -> None:
    room = Room(4, 100)
    assert room.free() == 4
    room.take(4)
    assert room.free() == 0


def test_it_claims_ahead_what_goes_out_in_a_second_and_no_more_than_its_limit() -> None:
    assert after(0.1, 4).free() == 4 + 40
    assert after(4, 4).free() == 4 + 1
    assert after(0.01, 4).free() == 4 + 100
    assert after(0.1, 4, ahead=0).free() == 4


def test_it_asks_again_when_half_of_what_it_held_is_gone() -> None:
    now = [0.0]
    room = Room(4, 100, seconds=lambda: now[0])
    asked = []
    for _ in range(400):  # one ends every hundredth of a second
        asked.append(room.free())
        room.take(asked[-1])
        now[0] += 0.01
        room.leave()
    later = [number for number in asked[100:] if number]
    assert all(number > 40 for number in later)
    assert len(later) < 10
