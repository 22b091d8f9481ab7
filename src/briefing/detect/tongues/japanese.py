"""How Japanese numbers its parts and speaks of the next."""

from briefing.detect.stopwords import STOPWORDS
from briefing.detect.tongue import Cue, Tongue, pattern
from briefing.detect.tongues.chinese import han_numbers
from briefing.detect.tongues.phrases import cues

_NUMBERS = han_numbers() | {"上": 1, "中": 2, "下": 2, "前編": 1, "中編": 2, "後編": 2, "前篇": 1, "後篇": 2}
_WORDS = "[零〇一二三四五六七八九十百]{1,7}"
_HALVES = "前編|中編|前篇|上|中|(?P<last>下|後編|後篇)"
_STOP = r"(?=\s*(?:$|[:—–|,.!?。)\]~\s-]))"
_REF = r"""(?: 次回(?:の(?:記事|連載|テーマ))?(?=[はでにもを,:へ。]|\s|$|以降) | 次号(?=[はでに,:]) | 次の(?:記事|章
        |パート|投稿|エントリー?|回)
    | 続編(?=[はでに]) | (?P<nth>後編|中編|後篇)(?=[はでにへ]) )"""
_SOON = r"(?: 来週 | 来月 | 明日 | 次週 | 次回予告 | 次号予告 | 近日 )"

JAPANESE = Tongue(
    code="ja",
    letters="[\u3040-\u30ff\u3400-\u9fff]",
    edge="",
    numbers=_NUMBERS,
    number_words=_WORDS,
    mark_words="第 その パート part ( [ 編 篇 vol # 上 中 下 ① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨ ⑩ ⑪ ⑫ ⑬ ⑭ ⑮ ⑯ ⑰ ⑱ ⑲ ⑳ 最終 完 終 続",
    part="回|部|章|話|弾|講|巻|夜|幕|号|節|期",
    unit="歩|条",
    day="日目|日|週",
    nth=r"第\s*(?P<n>\d{1,4}|{words})\s*",
    alone=(
        rf"[(\[]\s*(?P<n>{{words}}|{_HALVES})\s*[)\]]",
        rf"(?:^|(?<=[\s:—–,~|\])-]))(?P<n>前編|中編|前篇|(?P<last>後編|後篇)){_STOP}",
        rf"(?:その|パート|(?<![a-z])part\s*|(?<![a-z])vol\.?\s*)(?P<n>\d{{1,3}}|{{words}}){_STOP}",
        rf"(?P<n>[①-⑳]){_STOP}",
        r"(?:連載|シリーズ|講座|入門).*?(?P<mark>[(\[]\s*(?P<n>\d{1,2})\s*[)\]])\s*$",
        r'"(?P<n>上|中|(?P<last>下))"',
        rf"#\s*(?P<n>\d{{1,4}}){_STOP}",
        r"^第\s*(?P<n>\d{1,3}|{words})\s*回\s*(?=[^\s、。,がはをにでとへも]{2,20}$)",
    ),
    of="/|全",
    not_before_part=pattern(r"(?: の | が | は | を | に | で | と | も )\s*$"),
    about_others=pattern(r"第[一二三四五六七八九十\d]+シーズン | 予告編 | 劇場版 | 興行収入 | ネタバレ"),
    final="最終回|最終章|完結編",
    end=r"完|終",
    continued="続き|続編|続報",
    own_part=pattern(
        rf"""(?:本記事|この記事|本稿|今回)は,? (?P<series>[^。,]{{0,40}}?) の? (?:連載
        |シリーズ)の? \s* 第 \s* (?P<nth>\d{{1,3}}|{_WORDS}) \s* (?:回|部|弾)
        | (?:連載|シリーズ)(?:の)? \s* 第 \s* (?P<n>\d{{1,3}}|{_WORDS}) \s* 回(?:目)?(?:です|となる|の今回|にあたる)"""
    ),
    hint="次 続 後編 中編 つづく 来週 来月 明日 近日 第",
    aside=pattern(
        r"^\W* (?P<lead> 関連記事 | あわせて読みたい | 合わせて読みたい "
        r"| こちらも(?:どうぞ)? | 参考 | おすすめ記事 )\s*[:—–|-]\s*"
    ),
    future=pattern(r"(?: ます | 予定 | たい | ましょう | つもり | 楽しみに | る[。.]?\s*$ )(?!か) (?P<topic>(?!))?"),
    back=pattern(r"ました | でした | 開催 | 開か | 会合 | 大会 | 選挙 | 総会 | 会談 | 発表した"),
    just_before=pattern(r"(?: 前回 | 今回 | 本 )(?:の|は)? \s* $"),
    reported=pattern(r'".*(?:述べた|語った|話した|という)'),
    opening=pattern(r"^ (?: (?:では|は|で|に|も),?\s* )?"),
    closing=pattern(
        r"""(?: について | に関して | を | に | の | へ )* (?:詳しく)? (?: 解説 | 紹介 | 説明 | 検討 | 考察 | 掲載
        | お届け | お伝え | 取り上げ | 扱い? | 見てい?き? | 深掘り
        | 迫り | 迫る | 話 | お話し | 探り | 触れ | 掘り下げ )? (?:し|する|る)? (?:ていき)? (?: ます | 予定(?:です)?
        | たいと思います | ましょう | します | する | る )? \W* $"""
    ),
    vague=pattern(r"^ (?: (?:これ|それ|この|その|もっと) .* | お?楽しみに | 続く | つづく )? $"),
    when=pattern(rf"(?: {_SOON} | \d{{1,2}}月\d{{1,2}}日 )"),
    cues=(
        *cues(
            _REF,
            inside="",
            lead="次回予告 | 予告 | 詳しくは | 続きは",
            wait="(?!)",
            continued="続く | つづく",
            comes="は | では | に(?:続く|つづく|ご期待) | へ(?:続く|つづく) | を?お楽しみに",
            soon=_SOON,
            later=r"来週 | 次週 | 次[回号]予告",
            we="お届け|紹介|解説|掲載|連載|取り上げ|お送り",
            edge="",
            gap=r"\s*",
        ),
        Cue(
            pattern(
                rf"(?P<ref> 第 \s* (?P<nth>\d{{1,3}}"
                rf"|{_WORDS}) \s* [回部弾]) [^。]*? (?: 予定 | 楽しみに | に続く | 公開します | 来週 )"
            )
        ),
    ),
    common=STOPWORDS["ja"],
    rubric=pattern(
        r"^ (?: 分析 | 解説 | 論説 | 社説 | 独自 | 速報 | インタビュー | 動画 | ポッドキャスト | 特集 | コラム )$"
    ),
)
