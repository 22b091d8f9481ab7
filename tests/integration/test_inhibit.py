"""A development that is told as reported by many stands for the alerts of its single items, where both would go."""

from briefing.model import DeliveryState
from tests.integration.test_copies import CONFIG, NAMES, ROUTES, bring
from tests.integration.world import World, live, live_on_both

MANY = "{when: {event: corroborated}, to: [hook, desk], continue: true}"
BOTH = CONFIG.replace(ROUTES, f"routes: [{MANY}, {{when: {{event: item}}, to: [hook, slack]}}]\n")
QUIET = "quiet: {from: '12:00', until: '13:30'}"
HELD = CONFIG.replace(ROUTES, f"routes: [{{to: [slack], {QUIET}}}]\n")


def kinds(world: World) -> list[str]:
    return [hook["type"].removeprefix("briefing.") for hook in world.chat.hooks]


@live_on_both(BOTH)
async def test_what_waits_where_the_development_is_told_is_told_in_it(world: World) -> None:
    await bring(world, "wire", "post")
    await bring(world, "wire", "post", "gazette", minutes=15)
    await world.deliver()
    assert kinds(world) == ["corroborated"]
    assert len(world.mail.received) == 1
    assert len(world.chat.slack) == 3  # whoever is not told of the development is told of each
    inhibited = [one for one in world.deliveries() if one.carrier]
    assert {(one.channel, one.state) for one in inhibited} == {("hook", DeliveryState.SENT)}
    assert len(inhibited) == 3


@live(CONFIG)
async def test_what_was_sent_before_is_sent_and_what_comes_later_is_not(world: World) -> None:
    await bring(world, "wire")
    await world.deliver()
    await bring(world, "wire", "post", "gazette", minutes=15)
    await world.deliver()
    await bring(world, *NAMES, minutes=15)
    await world.deliver()
    assert kinds(world) == ["item", "corroborated"]
    assert len(world.events("item")) == 4
    waiting = [one.event for one in world.deliveries() if one.state is not DeliveryState.SENT]
    assert waiting == [*world.events("item")[-1:], *world.events("corroborated")[1:]]  # the one is told in the other


@live(CONFIG)
async def test_a_development_whose_alert_is_dead_is_told_when_it_grows(world: World) -> None:
    await bring(world, "wire", "post", "gazette")
    world.chat.answer(400, "no", times=1)
    await world.deliver()
    assert {one.state for one in world.deliveries()} == {DeliveryState.DEAD}
    await bring(world, *NAMES, minutes=15)
    await world.deliver()
    assert kinds(world) == ["corroborated"]
    assert world.chat.hooks[-1]["data"]["headline"].partition(": ")[0].endswith(" 4 origins")


@live(HELD)
async def test_what_quiet_hours_hold_is_inhibited_too(world: World) -> None:
    await bring(world, "wire", "post")
    await bring(world, *NAMES, minutes=15)
    await world.deliver()
    assert world.chat.slack == []
    await world.deliver(minutes=90)
    assert ["Reported by" in message["text"] for message in world.chat.slack] == [True]
