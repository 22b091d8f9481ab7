"""Whose report a text rests on, how many voices a development has, and what is denied: cases in thirteen languages."""

from datetime import UTC, datetime

import pytest

from briefing.detect.origins import claims, corroboration, origin
from briefing.detect.publishers import Publishers, shipped
from briefing.model import ClaimKind, FeedId, Item, ItemId, Origin
from tests.cases import every

AT = datetime(2026, 11, 5, 8, tzinfo=UTC)
OWN = "example daily"


def item(
    text: str, lang: str = "en", *, number: int = 1, source: str = "Example Daily", title: str = "A title"
) -> Item:
    feed = FeedId(source.lower())
    return Item(ItemId(number), feed, source, title, None, AT, AT, text=text, lang=lang)


CITED = {
    "en": [
        ("The minister will resign, Reuters reported on Friday.", "reuters"),
        ("Reuters first reported the talks.", "reuters"),
        ("According to the New York Times, the plan was dropped.", "nyt"),
        ("The plan was dropped, according to The Washington Post.", "washington-post"),
        ("The sanctions were eased, the Associated Press reports.", "ap"),
        ("The army has pulled out, the BBC said.", "bbc"),
        ("He told Axios that a deal was near.", "axios"),
        ("“We are ready,” she told the Financial Times.", "nikkei"),
        ("The state news agency IRNA reported three arrests.", "irna"),
        ("Citing Bloomberg News, traders expect a cut.", "bloomberg"),
        ("The site, quoting Al Jazeera, named two men.", "al-jazeera"),
        ("In an interview with Der Spiegel he rejected the idea.", "spiegel"),
        ("Documents seen by Reuters show the payments.", "reuters"),
        ("E-mails obtained by CNN show the order.", "cnn"),
        ("A report by The Guardian named the firm.", "guardian"),
        ("The Wall Street Journal reported that talks had failed.", "news-corp"),
        ("The WSJ has reported the same.", "news-corp"),
        ("Israeli broadcaster Kan News reported a ceasefire.", "kan"),
        ("Iran International reports that shops are closed.", "iran-international"),
        ("Tasnim, which is close to the Guards, is silent; Fars News Agency reported a blast.", "fars"),
        ("The news was broken by no one. Politico reported a draft.", "axel-springer"),
        ("The company, Nikkei reported, will close two plants.", "nikkei"),
        ("Sources told CBS News that the vote is off.", "cbs"),
        ("An official confirmed to NBC News that he had left.", "nbc"),
        ("According to a local newspaper, the Toronto Star, it was late.", "toronto-star"),
        ("According to the Springfield Gazette, the mayor knew.", "springfield gazette"),
        ("The mayor knew, the Springfield Gazette reported.", "springfield gazette"),
        ("The Kyiv Independent reported the strike.", "kyiv-independent"),
        ("NPR's report named a third man.", "npr"),
        ("ProPublica revealed the trips.", "propublica"),
        ("LONDON (Reuters) - The bank raised rates.", "reuters"),
        ("WASHINGTON (AP) — The court ruled on Monday.", "ap"),
        ("By The Associated Press\nThe court ruled on Monday.", "ap"),
        ("The bank raised rates. — Reuters", "reuters"),
        ("The court ruled on Monday. Source: AFP", "afp"),
        # traps
        ("The work goes according to plan.", OWN),
        ("As reported earlier, the bridge is shut.", OWN),
        ("According to police, two men fled.", OWN),
        ("A fire broke out at the Reuters Building on Friday.", OWN),
        ("He told BBC staff to go home.", OWN),
        ("She told the truth about the deal.", OWN),
        ("Two CNN employees were hurt.", OWN),
        ("Shares in the New York Times Company rose.", OWN),
        ("He reads the Financial Times every day.", OWN),
        ("The Fox jumped over the fence, witnesses reported.", OWN),
        ("Reuters said it would cut ten jobs.", OWN),
        ("The Example Daily reported it first.", OWN),
    ],
    "de": [
        ("Der Minister tritt zurück, berichtet der Spiegel.", "spiegel"),
        ("Laut Reuters ist der Plan vom Tisch.", "reuters"),
        ("Wie die Süddeutsche Zeitung berichtet, wurde verhandelt.", "swmh"),
        ("Nach Informationen der FAZ wurde verhandelt.", "faz"),
        ("Das sagte er der Deutschen Presse-Agentur. Einem Bericht des ZDF zufolge stimmt das.", "zdf"),
        ("Die Tagesschau berichtete zuerst über den Fall.", "ard"),
        ("Unter Berufung auf Bloomberg meldet das Blatt Verluste.", "bloomberg"),
        ("Berlin (dpa) - Der Bundestag hat zugestimmt.", "dpa"),
        ("Laut Plan soll der Bau im Mai beginnen.", OWN),
        ("Wie bereits berichtet, ist die Brücke gesperrt.", OWN),
        ("Laut Polizei flohen zwei Männer.", OWN),
        ("Er wohnt in der Welt der Bücher.", OWN),
    ],
    "fr": [
        ("Selon Le Monde, le ministre va démissionner.", "le-monde"),
        ("Le ministre va démissionner, rapporte Le Figaro.", "le-figaro"),
        ("D'après l'agence Reuters, le plan est abandonné.", "reuters"),
        ("Mediapart a révélé les paiements.", "mediapart"),
        ("« Nous sommes prêts », a-t-il dit, selon l'AFP.", "afp"),
        ("Il a déclaré à BFMTV que tout allait bien.", "bfm"),
        ("Une information de Franceinfo confirme, indique France 24.", "france-televisions"),
        ("PARIS (AFP) - Le Sénat a voté.", "afp"),
        ("Selon la police, deux hommes ont fui.", OWN),
        ("Selon toute probabilité, il viendra.", OWN),
        ("Il lit Le Monde chaque matin.", OWN),
    ],
    "es": [
        ("Según El País, el ministro dimitirá.", "prisa"),
        ("El ministro dimitirá, informó la agencia EFE.", "efe"),
        ("Así lo reveló el diario El Mundo.", "unidad"),
        ("De acuerdo con Reuters, el plan se abandona.", "reuters"),
        ("Dijo a la cadena CNN que estaba listo.", "cnn"),
        ("Clarín publicó los pagos.", "clarin"),
        ("Citando a Bloomberg, el banco espera un recorte.", "bloomberg"),
        ("Madrid (EFE).- El Congreso aprobó la ley.", "efe"),
        ("Según la policía, dos hombres huyeron.", OWN),
        ("Según lo previsto, empieza el lunes.", OWN),
        ("Compra El País cada día.", OWN),
    ],
    "pt": [
        ("Segundo a Folha de S.Paulo, o ministro vai sair.", "folha"),
        ("O ministro vai sair, informou a agência Lusa.", "lusa"),
        ("De acordo com a Reuters, o plano caiu.", "reuters"),
        ("O Globo revelou os pagamentos.", "globo"),
        ("Disse à CNN que estava pronto.", "cnn"),
        ("Conforme o jornal Expresso, houve reunião.", "impresa"),
        ("O Estadão publicou a lista.", "estadao"),
        ("Citando a Bloomberg, o banco espera cortes.", "bloomberg"),
        ("Segundo a polícia, dois homens fugiram.", OWN),
        ("Conforme o plano, começa na segunda.", OWN),
    ],
    "it": [
        ("Secondo Repubblica, il ministro si dimette.", "gedi"),
        ("Il ministro si dimette, riporta il Corriere della Sera.", "rcs"),
        ("Stando a Reuters, il piano è saltato.", "reuters"),
        ("Lo riferisce l'agenzia ANSA.", "ansa"),
        ("Ha detto alla Rai di essere pronto.", "rai"),
        ("Il Fatto Quotidiano ha rivelato i pagamenti.", "il-fatto"),
        ("Citando Bloomberg, la banca attende un taglio.", "bloomberg"),
        ("(ANSA) - ROMA, 5 NOV - Il Senato ha votato.", "ansa"),
        ("Secondo la polizia, due uomini sono fuggiti.", OWN),
        ("Secondo i piani, si comincia lunedì.", OWN),
    ],
    "ru": [
        ("Министр уходит, сообщает РИА Новости.", "rossiya-segodnya"),
        ("По данным Reuters, план отменен.", "reuters"),
        ("Как пишет газета «Коммерсантъ», переговоры сорваны.", "kommersant"),
        ("Об этом сообщило агентство Интерфакс.", "interfax"),
        ("Медуза сообщила о задержаниях.", "meduza"),
        ("Со ссылкой на Bloomberg издание пишет о потерях.", "bloomberg"),
        ("МОСКВА, 5 ноября. /ТАСС/. Дума приняла закон.", "tass"),
        ("По словам источника РБК, сделка близка. РБК пишет об этом.", "rbc"),
        ("По данным полиции, двое скрылись.", OWN),
        ("По плану работы начнутся в мае.", OWN),
        ("Он читает Ведомости каждый день.", OWN),
    ],
    "tr": [
        ("Bakan istifa ediyor, Reuters bildirdi.", "reuters"),
        ("Reuters'ın haberine göre plan iptal edildi.", "reuters"),
        ("Anadolu Ajansı duyurdu: anlaşma tamam.", "anadolu"),
        ("Cumhuriyet gazetesi yazdı: ödemeler var.", "cumhuriyet"),
        ("Bloomberg'e göre banka kesinti bekliyor.", "bloomberg"),
        ("BBC'ye konuşan bakan hazır olduğunu söyledi.", "bbc"),
        ("Sözcü yazdı, bakan sustu.", "sozcu"),
        ("ANKARA (AA) - Meclis yasayı kabul etti.", "anadolu"),
        ("Polise göre iki kişi kaçtı.", OWN),
        ("Plana göre işler pazartesi başlıyor.", OWN),
    ],
    "ar": [
        ("وقالت وكالة رويترز إن الوزير سيستقيل، نقلا عن رويترز.", "reuters"),
        ("وبحسب صحيفة نيويورك تايمز فقد ألغيت الخطة.", "nyt"),
        ("أفادت قناة الجزيرة بوقوع انفجار.", "al-jazeera"),
        ("ونقلت وكالة فرانس برس عن مسؤول قوله.", "afp"),
        ("وذكرت صحيفة واشنطن بوست أن الاتفاق قريب.", "washington-post"),
        ("كشفت بلومبرغ عن المدفوعات.", "bloomberg"),
        ("نقلا عن قناة العربية توقفت المحادثات.", "al-arabiya"),
        ("لندن (رويترز) - رفع البنك الفائدة.", "reuters"),
        ("بحسب الشرطة فر رجلان.", OWN),
        ("حسب الخطة يبدأ العمل يوم الاثنين.", OWN),
    ],
    "fa": [
        ("به گزارش خبرگزاری رویترز وزیر استعفا می‌دهد.", "reuters"),
        ("به نقل از ایسنا سه نفر بازداشت شدند.", "isna"),
        ("به نوشته روزنامه نیویورک تایمز طرح لغو شد.", "nyt"),
        ("ایران اینترنشنال گزارش داد که مغازه‌ها بسته است.", "iran-international"),
        ("خبرگزاری تسنیم نوشت که مذاکرات متوقف شد، به گزارش تسنیم.", "tasnim"),
        ("بر اساس گزارش بلومبرگ بانک زیان کرد.", "bloomberg"),
        ("در گفت‌وگو با شبکه الجزیره از توافق گفت.", "al-jazeera"),
        ("تهران- ایرنا- مجلس قانون را تصویب کرد.", "irna"),
        ("به گفته پلیس دو مرد گریختند.", OWN),
        ("طبق برنامه کار از دوشنبه آغاز می‌شود.", OWN),
    ],
    "he": [
        ("על פי רויטרס, השר יתפטר.", "reuters"),
        ("השר יתפטר, דיווח ערוץ 12.", "keshet"),
        ("חדשות 12 דיווחו על הסכם.", "keshet"),
        ("הארץ פרסם את המסמכים.", "haaretz"),
        ("לפי דיווח של אתר אקסיוס העסקה קרובה.", "axios"),
        ("אקסיוס דיווח על העסקה.", "axios"),
        ("לפי בלומברג הבנק מצפה להפסד.", "bloomberg"),
        ("בשיחה עם ישראל היום אמר השר כי הוא מוכן.", "israel-hayom"),
        ("לפי המשטרה נמלטו שני גברים.", OWN),
        ("לפי התוכנית העבודה תתחיל ביום שני.", OWN),
    ],
    "zh": [
        ("据路透社报道，部长将辞职。", "reuters"),
        ("新华社报道，会议已经结束。", "xinhua"),
        ("《纽约时报》报道称计划已取消。", "nyt"),
        ("彭博社援引消息人士的话说，交易接近完成。", "bloomberg"),
        ("他告诉美联社，一切就绪。", "ap"),
        ("央视新闻消息，两人被捕。", "cmg"),
        ("据财新报道，该公司亏损。", "caixin"),
        ("新华社北京11月5日电 全国人大通过法律。", "xinhua"),
        ("据警方称，两名男子逃跑。", OWN),
        ("按照计划，工程周一开始。", OWN),
    ],
    "ja": [
        ("ロイター通信によると、大臣は辞任する。", "reuters"),
        ("共同通信は5日、会談が終わったと報じた。", "kyodo"),
        ("朝日新聞が報じた。", "asahi"),
        ("NHKの取材に対し、計画の中止を認めた。", "nhk"),
        ("ブルームバーグによれば、銀行は損失を見込む。", "bloomberg"),
        ("読売新聞によると、二人が逮捕された。", "yomiuri"),
        ("AP通信が伝えた。", "ap"),
        ("【ロンドン共同通信】銀行は金利を上げた。", "kyodo"),
        ("警察によると、男二人が逃げた。", OWN),
        ("計画によると、工事は月曜に始まる。", OWN),
    ],
}


@every("lang, text, family", [(lang, *case) for lang, cases in CITED.items() for case in cases])
def test_cited(lang: str, text: str, family: str) -> None:
    assert origin(item(text, lang), shipped()).family == family


def test_the_words_that_cite_are_quoted() -> None:
    found = origin(item("He resigned. He told Axios that a deal was near. More follows."), shipped())
    assert found == Origin("axios", "He told Axios that a deal was near.")


HELD_BACK = [
    ("en", "The ministry denied the report.", ClaimKind.DENIAL),
    ("en", "Officials dismissed the claims as old news.", ClaimKind.DENIAL),
    ("en", "The account could not be independently verified.", ClaimKind.HEDGE),
    ("en", "He was reportedly arrested.", ClaimKind.HEDGE),
    ("en", "He was denied entry to the hall.", None),
    ("en", "The court met on Monday.", None),
    ("de", "Das Ministerium dementierte den Bericht.", ClaimKind.DENIAL),
    ("de", "Die Angaben ließen sich nicht unabhängig überprüfen.", ClaimKind.HEDGE),
    ("fr", "Le ministère dément ces informations.", ClaimKind.DENIAL),
    ("fr", "Il aurait été arrêté.", ClaimKind.HEDGE),
    ("es", "El ministerio desmintió la noticia.", ClaimKind.DENIAL),
    ("es", "El presunto autor huyó.", ClaimKind.HEDGE),
    ("pt", "O ministério negou a notícia.", ClaimKind.DENIAL),
    ("pt", "O suposto autor fugiu.", ClaimKind.HEDGE),
    ("it", "Il ministero smentisce la notizia.", ClaimKind.DENIAL),
    ("it", "Il presunto autore è fuggito.", ClaimKind.HEDGE),
    ("ru", "Министерство опровергло сообщения.", ClaimKind.DENIAL),
    ("ru", "Он якобы арестован.", ClaimKind.HEDGE),
    ("tr", "Bakanlık haberi yalanladı.", ClaimKind.DENIAL),
    ("tr", "Tutuklandığı öne sürüldü.", ClaimKind.HEDGE),
    ("ar", "ونفت الوزارة التقرير.", ClaimKind.DENIAL),
    ("ar", "لم يتسن لرويترز التحقق من ذلك.", ClaimKind.HEDGE),
    ("fa", "وزارت این گزارش را تکذیب کرد.", ClaimKind.DENIAL),
    ("fa", "این خبر تایید نشده است.", ClaimKind.HEDGE),
    ("he", "המשרד הכחיש את הדיווח.", ClaimKind.DENIAL),
    ("he", "הדיווח טרם אומת.", ClaimKind.HEDGE),
    ("zh", "外交部否认了这一报道。", ClaimKind.DENIAL),
    ("zh", "该消息未经证实。", ClaimKind.HEDGE),
    ("ja", "外務省は報道を否定した。", ClaimKind.DENIAL),
    ("ja", "情報は確認できていない。", ClaimKind.HEDGE),
]


@pytest.mark.parametrize(("lang", "sentence", "kind"), HELD_BACK)
def test_denials_and_hedges(lang: str, sentence: str, kind: ClaimKind | None) -> None:
    found = claims(item(sentence, lang))
    assert [(one.kind, one.quote) for one in found] == ([(kind, sentence)] if kind else [])


def count(items: list[Item], copies: dict[int, int] | None = None, dependent: tuple[str, ...] = ()) -> tuple[int, int]:
    origins = {one.id: origin(one, shipped()) for one in items}
    folded = {ItemId(copy): ItemId(of) for copy, of in (copies or {}).items()}
    found = corroboration(items, shipped(), folded, origins, [FeedId(feed) for feed in dependent])
    return len(found.publishers), len(found.origins)


def test_ten_outlets_that_cite_one_report_are_one_origin() -> None:
    papers = [item("He resigned, Reuters reported.", number=n, source=f"Paper {n}") for n in range(10)]
    assert count(papers) == (10, 1)


def test_the_report_itself_adds_a_publisher_and_no_origin() -> None:
    papers = [item("He resigned, Reuters reported.", number=n, source=f"Paper {n}") for n in range(3)]
    assert count([*papers, item("He resigned.", number=9, source="Reuters")]) == (4, 1)


def test_publishers_of_one_family_count_once() -> None:
    assert count([item("x", number=1, source="BBC News - World"), item("y", number=2, source="BBC Persian")]) == (1, 1)


def test_copies_add_publishers_only() -> None:
    papers = [item("x", number=n, source=f"Paper {n}") for n in range(4)]
    assert count(papers, {1: 0, 2: 0}) == (4, 2)


def test_who_cites_one_who_cites_another_rests_on_the_last() -> None:
    papers = [item("The BBC reported it.", number=1), item("CNN reported it.", number=2, source="BBC")]
    assert count(papers) == (2, 1)


def test_two_who_cite_each_other_are_one_origin() -> None:
    papers = [item("The BBC reported it.", number=1, source="CNN"), item("CNN reported it.", number=2, source="BBC")]
    assert count(papers) == (2, 1)


def test_feeds_that_are_not_independent_are_no_origins() -> None:
    papers = [item("x", number=n, source=f"Paper {n}") for n in range(2)]
    assert count(papers, dependent=("paper 1",)) == (2, 1)
    assert count(papers[1:], dependent=("paper 1",)) == (1, 1)


FAMILIES = [
    ("BBC News", None, "bbc"),
    ("NYT > World News", None, "nyt"),
    ("World news | The Guardian", None, "guardian"),
    ("Somebody", "https://edition.cnn.com/2026/x", "cnn"),
    ("The Sun", "https://www.thesun.co.uk/x", "news-corp"),
    ("Reuters Fan Club", "https://fans.example/x", "reuters fan club"),
    ("", "https://fans.example/x", "fans.example"),
]


@pytest.mark.parametrize(("name", "url", "family"), FAMILIES)
def test_families(name: str, url: str | None, family: str) -> None:
    assert shipped().family(name, url) == family


def test_no_name_or_domain_stands_in_two_families() -> None:
    assert shipped().ambiguous == ()
    assert Publishers({"a": {"names": ["X"]}, "b": {"names": ["X"]}}).ambiguous == ("x",)
