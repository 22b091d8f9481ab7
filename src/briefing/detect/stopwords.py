"""Words that tell nothing of what a text reports, by language: articles, pronouns, prepositions, "said".

Apart from `terms`, because they are a table. Folded as `text.fold` folds; a few dozen a language do: what is missing
here loses its weight as items are counted.
"""

from briefing.detect.text import fold

_WORDS = {
    "ar": "في من على الى إلى عن مع هذا هذه ذلك التي الذي ان أن إن كان كانت قد لا ما لم بعد قبل كما بين او أو ثم حيث "
    "وقال قال قالت وقالت خلال عند حتى كل هو هي اليوم",
    "de": "der die das den dem des ein eine einen einem einer eines und oder in im an am auf aus bei mit nach von "
    "vom zu zum zur für über um als auch es er sie wir ihr ist sind war waren wird werden wurde wurden hat "
    "haben hatte sich nicht noch nur wie dass daß so aber durch vor bis mehr sein seine seinen ihre ihren "
    "sagte gegen unter kann",
    "en": "a an the of in on at to for from by with and or but as is are was were be been has have had it its this "
    "that he she they his her their our who which what will would could not no said say says after over into "
    "about than more new i we you him them there when out up if",
    "es": "el la los las un una unos unas de del y o en a al con por para que se su sus es son fue fueron ser ha "
    "han había no lo le les como más pero sobre entre este esta ese eso dijo según tras desde hasta ya "
    "también muy sin",
    "fa": "و در به از که این آن را با است برای تا بر یک خود شد شده می های ها اما هم یا بود کرد کرده گفت نیز پس پیش "
    "دو ان باید شود دارد کند هر",
    "fr": "le la les l un une des de du d et ou en dans à au aux avec par pour sur que qui se ce cette ces il elle "
    "ils elles est sont a ont été être ne pas plus son sa ses leur leurs on nous comme mais après avant selon "
    "dit entre aussi",
    "he": "של את על אל עם זה זו הוא היא הם לא כי אם או גם כל בין אחרי לפני אמר אמרה יותר היה היתה יש אין מה כך רק עד",
    "it": "il lo la i gli le un uno una di del della dei delle dello a al alla ai alle da dal dalla in nel nella "
    "con su sul sulla per tra fra e o che chi si non è sono era ha hanno stato stata più come ma anche dopo "
    "ha detto suo sua",
    "ja": "の に は を た が で て と し れ さ する こと など",
    "pt": "o a os as um uma uns umas de do da dos das e ou em no na nos nas a ao à aos às com por pelo pela para "
    "que se seu sua é são foi foram ser tem têm não mais como mas sobre entre este esta disse segundo após "
    "desde até já também",
    "ru": "и в во на с со по к ко о об от до из за у не что как это он она они его ее её их был была было были быть "
    "для при но а или же бы то так также после перед между который которая которые сказал заявил году",
    "tr": "ve veya bir bu şu o da de ile için gibi daha çok en ne ki ama olarak olan oldu olduğu sonra önce kadar "
    "göre dedi söyledi üzerine her mi mı",
    "zh": "的 了 在 是 和 与 及 对 将 也 就 都 说 称",
}

STOPWORDS = {lang: frozenset(fold(words).split()) for lang, words in _WORDS.items()}
