"""How Chinese numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Tongue, pattern
from briefing.detect.tongues.phrases import cues

_DIGITS = "零一二三四五六七八九"


def han_numbers() -> dict[str, int]:
    """Return the numbers to 999 as Chinese and Japanese write them: 十二, 二十, 一百零五, 一百二十."""
    ones = {value: _DIGITS[value] for value in range(1, 10)}
    small = ones | {
        10 * tens + one: (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[one] if one else "")
        for tens in range(1, 10)
        for one in range(10)
    }
    large = {100 * hundreds: f"{_DIGITS[hundreds]}百" for hundreds in range(1, 10)}
    rest = {
        value: f"零{words}" if value < 10 else f"一{words}" if value < 20 else words for value, words in small.items()
    }
    large |= {hundred + value: words + rest[value] for hundred, words in large.items() for value in rest}
    return {"零": 0, "〇": 0} | {words: value for value, words in (small | large).items()}


_NUMBERS = han_numbers() | {"上": 1, "中": 2, "下": 2}
_WORDS = "[零〇一二三四五六七八九十百]{1,7}"
_NTH = rf"第 \s* (?P<nth>\d{{1,3}}|{_WORDS}) \s* (?:部分|部份|部|篇|章|期|集|讲|講|回|节|課|课)"
_REF = rf"""(?: 下[期集篇回]预告 | (?:本|这个|该)?(?:系列)?的? \s* {_NTH}(?:文章)? | 下一?次(?=再|见|继续|我们|我)
        | 下一? \s* 个? (?:篇|部分|部份
        |章节?|期|集|回|讲|講|文|[节课課](?=[中里,]|我们|将))(?:文章|博文|博客|教程|内容)?
    | (?:接下来|后续|之后|后面)的? (?:几篇|一篇|系列)? (?:文章|部分|章节|博文|篇章|连载) )"""
_SOON = r"(?: 下周[一二三四五六日天]? | 下[个個]?星期[一二三四五六日天]? | 下个?月 | 明天 | 明日 | 下一?次 )"
_STOP = r"(?=\s*(?:$|[:—–|,.!?。)\]~-]))"

CHINESE = Tongue(
    code="zh",
    letters="[\u3040-\u30ff\u3400-\u9fff]",
    foreign="[ぁ-ヺ]",
    edge="",
    numbers=_NUMBERS,
    number_words=_WORDS,
    mark_words="第 ( [ 上篇 中篇 下篇 上集 中集 下集 之 part # 结局 完 终 续 續 连载中",
    part="部分|部份|部|篇|讲|講|集|期|回|章|课|課|话|話|弹|彈|辑|輯|节|節|卷|季|关|關",
    unit=r"步|条|條|号|號|批",
    day="天|日|周|週",
    nth=r"(?:之\s*)?第\s*(?P<n>\d{1,4}|{words}|[ivx]{1,4})\s*",
    alone=(
        r"第\s*(?P<n>\d{1,2})\s*/\s*(?P<total>\d{1,2})\s*(?:部分|篇|章)",
        r"[(\[]\s*(?:系列|连载|連載|教程)?\s*(?P<n>{words}|上|中|(?P<last>下))\s*[)\]]",
        rf"[(\[]\s*(?P<n>\d{{1,2}})\s*[)\]]{_STOP}",
        rf"(?<=[\w)\]\"'])\s*之(?P<n>[二三四五六七八九十]{{1,3}}){_STOP}",
        rf"(?:^|(?<=[\s:—–,(\[|-]))(?P<n>上|中|(?P<last>下))[篇集]{_STOP}",
        rf"(?<![a-z])part\s*(?P<n>\d{{1,2}}|[ivx]{{1,4}})(?![a-z0-9]){_STOP}",
        rf"#\s*(?P<n>\d{{1,4}}){_STOP}",
    ),
    of=r"[(,]?\s*[共全]",
    not_before_part=pattern(r"(?: 的 | 在 | 是 | 和 | 与 | 了 | 这 | 那 | 为 | 到 )\s*$"),
    about_others=pattern(r"第[一二三四五六七八九十\d]+季 | 预告片 | 票房 | 上映 | 剧透"),
    final="大结局|完结篇?|最终[章篇回]|终篇",
    end=r"完",
    continued="续篇?|續篇?|连载中",
    label=pattern(r"^ \s* [\[(] \s* (?:译|譯|翻译|转|转载|原创|每日一译) \s* [\])] \s*"),
    own_part=pattern(
        rf"""(?:本文|本篇|这篇文章|这篇|这|此文) [^。]{{0,6}}? 是 (?P<series>[^。,]{{0,40}}?) (?:系列|专题
        |连载)(?:文章|教程)?的? [^。]{{0,4}}? {_NTH}
        | ^\W* 第 \s* (?P<n>\d{{1,3}}|{_WORDS}) \s* 部分 [(,]? \s* 共 \s* (?P<total2>\d{{1,3}}|{_WORDS}) \s* 部分"""
    ),
    hint="下 第 续 續 敬请 待续 后续 接下来 之后 后面 明天 明日",
    aside=pattern(
        r"^\W* (?P<lead> 相关(?:阅读|文章|新闻|链接) | 延伸阅读 | 推荐阅读 | 更多 | 参考(?:阅读|资料) )\s*[:—–|-]\s*"
    ),
    future=pattern(
        r"(?: 将 | 會 | 会 | 打算 | 准备 | 计划 | 要 ) \s* (?:会|继续|繼續|详细|深入|一起|具体|着重)* \s* (?P<topic>.*)"
    ),
    back=pattern(
        r"已经 | (?:了解|讨论|介绍|学习|看到|提到|讲|说|发布|分析|完成|实现|创建|学|谈"
        r"|探讨)(?:了|过|到了) | 曾 | 中已 | 提到的 | 所述 | 今天 | 现在"
    ),
    just_before=pattern(r"(?: 本文 | 这篇文章 | 本章 | 这里是? | 上文 | 正如 | 就像 )的?(?:在)? \s* $"),
    reported=pattern(r'".*(?:表示|称|说) | (?:表示|称|说)[:,]?\s*"'),
    opening=pattern(
        r"^ (?:[中里裡],?\s*)? (?:(?:我们|我|作者|笔者)[将会]?)? (?:继续|一起"
        r"|来)? (?:介绍|讨论|探讨|学习|讲解|分析|深入|聊聊|看看|讲|谈谈?)?(?:一下)? \s*"
    ),
    vague=pattern(r"^ (?: (?:这|那|它|此|更多) .* | 继续 | 见 | 再见 )? $"),
    when=pattern(rf"(?: {_SOON} | \d{{1,2}}月\d{{1,2}}日 )"),
    cues=cues(
        _REF,
        inside="",
        lead=r"预告 | 接下来 | 即将推出 | 即将发布 | 敬请期待 | 下期 | 待续",
        wait="敬请期待 | 请期待 | 期待 | 敬请关注 | 请关注 | 不要错过 | 且听 | 请看 | 继续关注 | 欢迎关注",
        continued="未完待续 | 待续 | 未完 | 下文待续 | 敬请期待续集",
        comes="将 | 會 | 会 | 敬请期待 | 即将 | 见 | 再 | 继续 | 我们将 | 我将 | 我们会 | 分解",
        soon=_SOON,
        later=r"下周 | 下一?次",
        we="我们|我|本系列|本专栏|笔者",
        edge="",
        gap=r"\s*",
    ),
    common=STOPWORDS["zh"],
    rubric=pattern(r"^ (?: 分析 | 评论 | 观点 | 专访 | 独家 | 快讯 | 突发 | 直播 | 视频 | 播客 | 社论 | 特稿 )$"),
)
