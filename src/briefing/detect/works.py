"""Films, games and books that are famous for coming in parts: a title that names one speaks of it.

Apart from `tongues`, because no grammar tells "Dune: Part Two" from a part of somebody's series on dunes.
"""

from briefing.detect.text import spaced

_WORKS = frozenset(
    map(
        spaced,
        """
        Dune | Duna | Dünen | Dün | Дюна | 沙丘 | デューン | دون | תל מסך | کثیب
        The Godfather | Le Parrain | El Padrino | Der Pate | Il Padrino | O Poderoso Chefão | Крёстный отец | 教父
        The Last of Us | Mockingjay | Sinsajo | Deathly Hallows | Die Heiligtümer des Todes | Les Reliques de la Mort
        Las Reliquias de la Muerte | I Doni della Morte | As Relíquias da Morte | Дары Смерти | 死亡圣器 | 死の秘宝
        Breaking Dawn | Back to the Future | Zurück in die Zukunft | Retour vers le futur | Regreso al futuro
        Ritorno al futuro | De Volta para o Futuro | Назад в будущее | Geleceğe Dönüş | 回到未来
        Kill Bill | Guardians of the Galaxy | Wicked | Mission Impossible Dead Reckoning | Dead Reckoning
        It Chapter Two | Rebel Moon | Horizon An American Saga | Fast X | History of the World
        The Hangover | Friday the 13th | Henry IV | Henry VI | Nymphomaniac | Che | Baahubali | Ponniyin Selvan
        Star Wars | Half Life 2 | Angels in America | A Quiet Place | The Strangers | Karate Kid | Rocky | Jaws
        """.replace("\n", "|").split("|"),
    )
) - {""}
_LONGEST = max(len(work.split()) for work in _WORKS)


def is_work(series_title: str) -> bool:
    """Say whether what a part is of ends with the name of a famous work."""
    words = spaced(series_title).split()
    return any(" ".join(words[-count:]) in _WORKS for count in range(1, min(_LONGEST, len(words)) + 1))
