"""Promises in thirteen languages: our own sentences, so that a language never stops being read; no accuracy figure."""

import pytest

from briefing.detect.promises import announcements, related

# language: (sentence, promised part, title or topic that must come back, or None)
PROMISES: dict[str, tuple[tuple[str, int | None, str | None], ...]] = {
    "en": (
        ("Coming up in Part 2: The Night Shift.", 2, "The Night Shift"),
        ("In the third part, we will follow the cranes.", 3, "the cranes"),
        ("In our next instalment: The Night Shift.", None, "The Night Shift"),
        ("Tomorrow, in part two: who pays for the strike.", 2, "who pays for the strike"),
        ("Part 3 will be published next Monday.", 3, None),
        ("The final part of this series appears on Friday.", None, None),
        ("Next time, we'll look at the crane drivers.", None, "the crane drivers"),
        ("Stay tuned for Part IV.", 4, None),
        ("To be continued next week.", None, None),
        ("I'll explain the taxes in a follow-up post.", None, "the taxes"),
        ("In an upcoming post, I will share the figures.", None, "the figures"),
        ("More on the crane drivers in part 3.", 3, None),
    ),
    "de": (
        ("Fortsetzung folgt.", None, None),
        ("Im nächsten Teil geht es um die Nachtschicht.", None, "die Nachtschicht"),
        ("Demnächst in Teil 2: Die Nachtschicht.", 2, "Die Nachtschicht"),
        ("Teil 3 erscheint nächste Woche.", 3, None),
        ("In Teil 2 werden wir die Kranführer begleiten.", 2, "die Kranführer begleiten"),
        ("Im zweiten Teil werden wir uns die Steuern ansehen.", 2, "die Steuern ansehen"),
        ("In der nächsten Folge sprechen wir mit den Kranführern.", None, None),
        ("Lesen Sie morgen in Teil 3: Wer zahlt den Streik?", 3, "Wer zahlt den Streik?"),
        ("Nächste Woche: Die Nachtschicht.", None, "Die Nachtschicht"),
        ("Nächste Woche schauen wir uns die Nachtschicht an.", None, "die Nachtschicht an"),
        ("Der zweite Teil dieser Serie folgt am Montag.", 2, None),
        ("Bleiben Sie dran für Teil 2!", 2, None),
        ("Das war alles. Teil 2 folgt nächste Woche.", 2, None),
        ("Im 2. Teil werden wir uns die Steuern ansehen.", 2, "die Steuern ansehen"),
    ),
    "fr": (
        ("À suivre…", None, None),
        ("Dans le prochain épisode, nous verrons l'équipe de nuit.", None, "l'équipe de nuit"),
        ("À suivre dans la partie 2 : L'équipe de nuit.", 2, "L'équipe de nuit"),
        ("La deuxième partie paraîtra la semaine prochaine.", 2, None),
        ("Dans la troisième partie, nous parlerons des taxes.", 3, None),
        ("Dans notre prochain article, nous irons voir les grutiers.", None, None),
        ("La semaine prochaine : L'équipe de nuit.", None, "L'équipe de nuit"),
        ("Ne manquez pas la partie 3.", 3, None),
        ("Prochain épisode : L'équipe de nuit.", None, "L'équipe de nuit"),
        ("Nous parlerons des taxes dans le prochain volet.", None, None),
        ("La suite au prochain numéro.", None, None),
        ("La semaine prochaine, nous reviendrons sur les grutiers.", None, None),
    ),
    "es": (
        ("Continuará…", None, None),
        ("En la próxima entrega hablaremos de los impuestos.", None, "los impuestos"),
        ("Próximamente en la parte 2: El turno de noche.", 2, "El turno de noche"),
        ("La segunda parte se publicará la próxima semana.", 2, None),
        ("En la tercera parte veremos los impuestos.", 3, "los impuestos"),
        ("En el próximo artículo vamos a explicar los impuestos.", None, "los impuestos"),
        ("La próxima semana: El turno de noche.", None, "El turno de noche"),
        ("No se pierda la parte 3.", 3, None),
        ("En el siguiente capítulo, los gruistas.", None, None),
        ("Hablaremos de los impuestos en la próxima parte.", None, "los impuestos"),
        ("La semana que viene hablaremos de los gruistas.", None, "los gruistas"),
        ("Continuará en la parte 2.", 2, None),
    ),
    "pt": (
        ("Continua…", None, None),
        ("No próximo artigo, vamos falar dos impostos.", None, "impostos"),
        ("Em breve na parte 2: O turno da noite.", 2, "O turno da noite"),
        ("A segunda parte sai na próxima semana.", 2, None),
        ("Na terceira parte, veremos os impostos.", 3, "os impostos"),
        ("No próximo episódio: O turno da noite.", None, "O turno da noite"),
        ("Na próxima semana: O turno da noite.", None, "O turno da noite"),
        ("Não perca a parte 3.", 3, None),
        ("Continua na parte 2.", 2, None),
        ("Vamos falar dos impostos na próxima parte.", None, "impostos"),
        ("Na próxima semana vamos ouvir os guindasteiros.", None, None),
        ("No próximo capítulo desta série veremos os impostos.", None, "os impostos"),
    ),
    "it": (
        ("Continua…", None, None),
        ("Nella prossima puntata parleremo delle tasse.", None, None),
        ("Prossimamente nella parte 2: Il turno di notte.", 2, "Il turno di notte"),
        ("La seconda parte uscirà la prossima settimana.", 2, None),
        ("Nella terza parte vedremo le tasse.", 3, "le tasse"),
        ("Nel prossimo articolo spiegheremo le tasse.", None, "le tasse"),
        ("La prossima settimana: Il turno di notte.", None, "Il turno di notte"),
        ("Non perdete la terza parte.", 3, None),
        ("Parleremo delle tasse nella prossima puntata.", None, None),
        ("Continua nella parte 2.", 2, None),
        ("La prossima settimana parleremo dei gruisti.", None, None),
        ("Nel prossimo capitolo di questa serie: i gruisti.", None, None),
    ),
    "ru": (
        ("Продолжение следует…", None, None),
        ("В следующей части мы расскажем о ночной смене.", None, "ночной смене"),
        ("Читайте в части 2: Ночная смена.", 2, "Ночная смена"),
        ("Вторая часть выйдет на следующей неделе.", 2, None),
        ("В третьей части мы рассмотрим налоги.", 3, "налоги"),
        ("В следующем выпуске — Ночная смена.", None, "Ночная смена"),
        ("На следующей неделе мы расскажем о крановщиках.", None, "крановщиках"),
        ("О налогах мы расскажем в следующей статье.", None, None),
        ("Окончание следует.", None, None),
        ("Следите за второй частью.", 2, None),
        ("Продолжение в следующем номере.", None, None),
        ("Часть 3 появится в пятницу.", 3, None),
    ),
    "tr": (
        ("Devamı gelecek.", None, None),
        ("Bir sonraki bölümde gece vardiyasını ele alacağız.", None, "gece vardiyasını"),
        ("Gelecek bölümde: Gece Vardiyası.", None, "Gece Vardiyası"),
        ("İkinci bölüm gelecek hafta yayımlanacak.", 2, None),
        ("Üçüncü bölümde vergileri inceleyeceğiz.", 3, "vergileri"),
        ("Gelecek yazıda vinççilerle konuşacağız.", None, None),
        ("Gelecek hafta: Gece Vardiyası.", None, "Gece Vardiyası"),
        ("Bölüm 2 yakında.", 2, None),
        ("2. bölümde vergileri ele alacağız.", 2, "vergileri"),
        ("Vergileri bir sonraki yazıda anlatacağız.", None, None),
        ("Devam edecek…", None, None),
        ("Haftaya vinççileri anlatacağız.", None, None),
    ),
    "ar": (
        ("يتبع…", None, None),
        ("في الجزء القادم سنتناول الضرائب.", None, "الضرائب"),
        ("قريباً في الجزء الثاني: المناوبة الليلية.", 2, "المناوبة الليلية"),
        ("الجزء الثاني سيصدر الأسبوع المقبل.", 2, None),
        ("في الجزء الثالث سنتحدث عن الضرائب.", 3, "الضرائب"),
        ("في الحلقة القادمة نلتقي سائقي الرافعات.", None, None),
        ("ترقبوا الجزء الثالث.", 3, None),
        ("للحديث بقية.", None, None),
        ("في المقال القادم سوف نشرح الضرائب.", None, "الضرائب"),
        ("الأسبوع المقبل: المناوبة الليلية.", None, "المناوبة الليلية"),
        ("سنتناول الضرائب في الحلقة المقبلة.", None, "الضرائب"),
        ("انتظرونا في الجزء الثاني.", 2, None),
    ),
    "fa": (
        ("ادامه دارد…", None, None),
        ("در قسمت بعد به مالیات‌ها می‌پردازیم.", None, "مالیات‌ها"),
        ("در بخش دوم به شیفت شب خواهیم پرداخت.", 2, "شیفت شب"),
        ("در قسمت بعدی: شیفت شب.", None, "شیفت شب"),
        ("قسمت دوم هفته آینده منتشر می‌شود.", 2, None),
        ("در شماره آینده مالیات‌ها را بررسی خواهیم کرد.", None, "مالیات‌ها"),
        ("منتظر قسمت سوم باشید.", 3, None),
        ("به‌زودی در قسمت ۲: شیفت شب.", 2, "شیفت شب"),
        ("در یادداشت بعدی از جرثقیل‌ها خواهیم گفت.", None, None),
        ("هفته آینده: شیفت شب.", None, "شیفت شب"),
        ("ادامه در قسمت بعد.", None, None),
        ("این گزارش ادامه دارد.", None, None),
    ),
    "he": (
        ("המשך יבוא…", None, None),
        ("בחלק הבא נדון במסים.", None, None),
        ("בחלק השני נבחן את משמרת הלילה.", 2, None),
        ("בפרק הבא: משמרת הלילה.", None, "משמרת הלילה"),
        ("החלק השני יתפרסם בשבוע הבא.", 2, None),
        ("בכתבה הבאה נספר על העגורנאים.", None, None),
        ("אל תחמיצו את חלק ג'.", 3, None),
        ("בשבוע הבא: משמרת הלילה.", None, "משמרת הלילה"),
        ("בשבוע הבא נספר על העגורנאים.", None, None),
        ("המשך בפרק הבא.", None, None),
        ("נדון במסים בחלק הבא.", None, None),
        ("בקרוב: חלק ב'.", 2, None),
    ),
    "zh": (
        ("未完待续。", None, None),
        ("第二部分将介绍夜班工人。", 2, "夜班工人"),
        ("在下一篇文章中，我们将讨论税收。", None, "税收"),
        ("下一篇：夜班。", None, "夜班"),
        ("敬请期待第三部分。", 3, None),
        ("下周，我们将介绍起重机司机。", None, "起重机司机"),
        ("在第三部分中，我们会深入探讨税收。", 3, "税收"),
        ("下期预告：夜班工人的故事。", None, "夜班工人的故事"),
        ("我们将在下一篇文章中讨论税收。", None, None),
        ("下一部分我们将看看谁来买单。", None, "谁来买单"),
        ("（未完待续）", None, None),
        ("欲知后事如何，且听下回分解。", None, None),
        ("接下来的文章会介绍夜班。", None, "夜班"),
    ),
    "ja": (
        ("次回に続く。", None, None),
        ("次回は税金について解説します。", None, "税金"),
        ("次回：夜勤の人々。", None, "夜勤の人々"),
        ("後編に続く。", 2, None),
        ("次回をお楽しみに。", None, None),
        ("次の記事では夜勤を取り上げます。", None, "夜勤"),
        ("第2回では夜勤を紹介する予定です。", 2, None),
        ("後編では、夜勤の人々に話を聞きます。", 2, None),
        ("つづく", None, None),
        ("次回は「夜勤」をお届けします。", None, "夜勤"),
        ("来週は夜勤の人々を紹介します。", None, None),
        ("次回の記事で税金を説明したいと思います。", None, "税金"),
    ),
}

NOTHING: dict[str, tuple[str, ...]] = {
    "en": (
        "As we saw in Part 2, the cranes stood still.",
        "Here in Part 3 we will look at the taxes.",
        "Stay tuned for more news.",
        "Part 1 is available here.",
        "The next part of the talks begins on Monday.",
        "Next week, ministers will vote on the port.",
        "Related Read: Part 2: The Night Shift",
        "The fight will continue in the next chapter of the dispute.",
        "“Tomorrow we will walk out again,” she said.",
        "The third part of the harbour will open next year.",
        "A second part was published in March.",
    ),
    "de": (
        "Wie in Teil 2 besprochen, standen die Kräne still.",
        "Hier in Teil 3 sehen wir uns die Steuern an.",
        "Der zweite Teil der Verhandlungen beginnt am Montag.",
        "Nächste Woche stimmt das Parlament über den Hafen ab.",
        "Im zweiten Teil haben wir die Steuern gesehen.",
        "Lesen Sie auch: Teil 2: Die Nachtschicht",
        "Ein Teil der Arbeiter wird am Montag streiken.",
        "„Nächste Woche werden wir wieder streiken“, sagte sie.",
        "Das nächste Kapitel der Krise beginnt.",
        "Teil 1 ist hier zu lesen.",
    ),
    "fr": (
        "Comme nous l'avons vu dans la partie 2, les grues étaient à l'arrêt.",
        "La deuxième partie des négociations commence lundi.",
        "La semaine prochaine, le Parlement votera sur le port.",
        "Dans la partie 2, nous avons parlé des taxes.",
        "À lire aussi : Partie 2 : L'équipe de nuit",
        "Une partie des dockers fera grève lundi.",
        "La suite des négociations est incertaine.",
        "« La semaine prochaine, nous ferons grève », a déclaré le syndicat.",
        "Le prochain épisode de la crise sera social.",
        "La partie 1 est disponible ici.",
    ),
    "es": (
        "Como vimos en la parte 2, las grúas estaban paradas.",
        "La segunda parte de las negociaciones empieza el lunes.",
        "La próxima semana el Parlamento votará sobre el puerto.",
        "En la parte 2 hemos hablado de los impuestos.",
        "Lea también: Parte 2: El turno de noche",
        "Parte de los estibadores irá a la huelga.",
        "El próximo capítulo de la crisis será social.",
        "«La próxima semana iremos a la huelga», dijo el sindicato.",
        "La parte 1 está disponible aquí.",
        "Continúa la huelga en el puerto.",
    ),
    "pt": (
        "Como vimos na parte 2, os guindastes estavam parados.",
        "A segunda parte das negociações começa na segunda.",
        "Na próxima semana o Parlamento votará sobre o porto.",
        "Na parte 2 falamos dos impostos.",
        "Leia também: Parte 2: O turno da noite",
        "Parte dos estivadores fará greve.",
        "O próximo capítulo da crise será social.",
        "Continua a greve no porto.",
        "“Na próxima semana faremos greve”, disse o sindicato.",
        "A parte 1 está disponível aqui.",
    ),
    "it": (
        "Come abbiamo visto nella parte 2, le gru erano ferme.",
        "La seconda parte dei negoziati comincia lunedì.",
        "La prossima settimana il Parlamento voterà sul porto.",
        "Nella parte 2 abbiamo parlato delle tasse.",
        "Leggi anche: Parte 2: Il turno di notte",
        "Parte dei portuali sciopererà lunedì.",
        "Il prossimo capitolo della crisi sarà sociale.",
        "Continua lo sciopero al porto.",
        "«La prossima settimana sciopereremo», ha detto il sindacato.",
        "La parte 1 è disponibile qui.",
    ),
    "ru": (
        "Как мы видели в части 2, краны стояли.",
        "Вторая часть переговоров начнётся в понедельник.",
        "На следующей неделе парламент проголосует по порту.",
        "Во второй части мы рассмотрели налоги.",
        "Читайте также: Часть 2: Ночная смена",
        "Часть докеров будет бастовать.",
        "Следующая глава кризиса будет социальной.",
        "Забастовка продолжается.",
        "«На следующей неделе мы будем бастовать», — сказал он.",
        "Первая часть доступна здесь.",
    ),
    "tr": (
        "Bölüm 2'de gördüğümüz gibi vinçler duruyordu.",
        "Müzakerelerin ikinci bölümü pazartesi başlayacak.",
        "Gelecek hafta Meclis limanı oylayacak.",
        "İkinci bölümde vergileri inceledik.",
        "İlgili haber: Bölüm 2: Gece Vardiyası",
        "İşçilerin bir bölümü greve gidecek.",
        "Grev devam edecek mi, kimse bilmiyor.",
        "Son bölümde işçiler kazandı.",
        "Birinci bölüm burada.",
        "Limanda grev devam ediyor.",
    ),
    "ar": (
        "كما رأينا في الجزء الثاني، كانت الرافعات متوقفة.",
        "الجزء الثاني من المفاوضات سيبدأ الاثنين.",
        "الأسبوع المقبل يصوت البرلمان على الميناء.",
        "في الجزء الثاني تناولنا الضرائب.",
        "اقرأ أيضا: الجزء الثاني: المناوبة الليلية",
        "جزء من العمال سيضرب.",
        "الفصل القادم من الأزمة سيكون اجتماعيا.",
        "يتبع الميناء وزارة النقل.",
        "تابعونا لمزيد من الأخبار.",
        "الجزء الأول متاح هنا.",
    ),
    "fa": (
        "همان‌طور که در قسمت دوم دیدیم، جرثقیل‌ها ایستاده بودند.",
        "بخش دوم مذاکرات دوشنبه آغاز خواهد شد.",
        "هفته آینده مجلس درباره بندر رأی می‌دهد.",
        "در قسمت دوم مالیات‌ها را بررسی کردیم.",
        "بیشتر بخوانید: قسمت دوم: شیفت شب",
        "بخشی از کارگران اعتصاب خواهند کرد.",
        "اعتصاب در بندر ادامه دارد.",
        "قسمت اول را اینجا بخوانید.",
        "منتظر خبرهای بیشتر باشید.",
        "در ادامه به بندر می‌رویم.",
    ),
    "he": (
        "כפי שראינו בחלק השני, העגורנים עמדו.",
        "החלק השני של המשא ומתן יתחיל ביום שני.",
        "בשבוע הבא הכנסת תצביע על הנמל.",
        "בחלק השני דנו במסים.",
        "קראו גם: חלק ב': משמרת הלילה",
        "חלק מהעובדים ישבתו.",
        "הפרק הבא של המשבר יהיה חברתי.",
        "השביתה נמשכת.",
        "המשך השביתה אינו ודאי.",
        "החלק הראשון זמין כאן.",
    ),
    "zh": (
        "正如第二部分所述，起重机停了。",
        "在第二部分中，我们讨论了税收。",
        "下周议会将就港口投票。",
        "相关阅读：第二部分：夜班",
        "谈判的第二部分已经结束。",
        "第二次罢工持续了三天。",
        "敬请期待更多消息。",
        "接下来，我们看看港口。",
        "本文的第二部分将讨论税收。",
        "下一步是谈判。",
        "第一部分请看这里。",
    ),
    "ja": (
        "第2回で見たように、クレーンは止まっていた。",
        "次回の会合は来月開かれる。",
        "来週、議会が港の法案を採決する。",
        "第2回では税金を紹介しました。",
        "関連記事：第2回：夜勤",
        "前回は税金を解説しました。",
        "ストは来週も続く見通しだ。",
        "第1回はこちら。",
        "続きはこちらからお読みください。",
        "次の会談は横浜で行われる。",
    ),
}


# more of the same, where only whether something is promised is asked: (promises, nothing)
MORE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "de": (
        (
            "Mehr dazu im nächsten Teil.",
            "Im dritten und letzten Teil geht es um die Steuern.",
            "Wie es weitergeht, lesen Sie in Teil 2.",
            "Teil zwei folgt in Kürze.",
            "Der nächste Artikel wird sich den Kränen widmen.",
            "In unserem nächsten Beitrag zeigen wir, wie ein Kran funktioniert.",
            "Nächstes Mal: Die Nachtschicht",
        ),
        (
            "Im nächsten Jahr wird der Hafen ausgebaut.",
            "Die nächste Folge der Serie läuft am Montag im ZDF.",
            "In Teil 1 haben wir gezeigt, wie ein Kran funktioniert.",
            "Am Montag wird der Prozess fortgesetzt.",
        ),
    ),
    "fr": (
        (
            "Rendez-vous la semaine prochaine pour la partie 2.",
            "Nous verrons dans la prochaine partie comment fonctionne une grue.",
            "Le prochain article portera sur les taxes.",
            "Dans un prochain billet, je parlerai des taxes.",
            "La suite dans la partie 2.",
            "Dans la seconde partie, nous aborderons les taxes.",
        ),
        (
            "Dans la première partie, nous avons vu la grue.",
            "La prochaine réunion aura lieu lundi.",
            "Le procès doit se poursuivre la semaine prochaine.",
        ),
    ),
    "es": (
        (
            "En el próximo post veremos cómo funciona una grúa.",
            "En la segunda parte de esta serie analizaremos los impuestos.",
            "La próxima entrega estará dedicada a los impuestos.",
            "En una próxima entrada hablaré de los impuestos.",
            "Nos vemos en la parte 2.",
            "Lo veremos en el próximo capítulo.",
        ),
        (
            "En la primera parte vimos la grúa.",
            "La próxima reunión será el lunes.",
            "El próximo año se ampliará el puerto.",
        ),
    ),
    "pt": (
        (
            "No próximo post veremos como funciona um guindaste.",
            "Na segunda parte desta série analisaremos os impostos.",
            "O próximo artigo será dedicado aos impostos.",
            "Até a parte 2!",
            "Fique ligado para a parte 2.",
        ),
        (
            "Na primeira parte vimos o guindaste.",
            "A próxima reunião será na segunda-feira.",
        ),
    ),
    "it": (
        (
            "Nel prossimo post vedremo come funziona una gru.",
            "Nella seconda parte di questa serie analizzeremo le tasse.",
            "Il prossimo articolo sarà dedicato alle tasse.",
            "Ci vediamo nella parte 2.",
            "Alla prossima puntata!",
        ),
        (
            "Nella prima parte abbiamo visto la gru.",
            "La prossima riunione sarà lunedì.",
        ),
    ),
    "ru": (
        (
            "В следующей статье разберём налоги.",
            "Во второй части цикла мы поговорим о налогах.",
            "Следующая часть будет посвящена налогам.",
            "О налогах — в следующей части.",
            "В следующий раз: ночная смена.",
            "Продолжение читайте на следующей неделе.",
            "Скоро: часть 2.",
        ),
        (
            "В первой части мы рассказали о кранах.",
            "Следующее заседание пройдёт в понедельник.",
            "Продолжение переговоров намечено на среду.",
            "Суд продолжится на следующей неделе.",
        ),
    ),
    "tr": (
        (
            "Bir sonraki yazımızda vergilere değineceğiz.",
            "Devamı gelecek bölümde.",
            "İkinci bölümde görüşmek üzere.",
            "Serinin ikinci yazısında vergileri ele alacağız.",
        ),
        (
            "İlk bölümde vinçleri anlattık.",
            "Bir sonraki toplantı pazartesi yapılacak.",
        ),
    ),
    "ar": (
        (
            "في المقالة القادمة نتحدث عن الضرائب.",
            "سنكمل في الجزء الثاني.",
            "يتبع في الجزء القادم.",
            "تابعونا في الحلقة القادمة.",
            "الحلقة القادمة: المناوبة الليلية",
        ),
        (
            "في الجزء الأول تحدثنا عن الرافعات.",
            "الاجتماع القادم سيعقد الاثنين.",
        ),
    ),
    "fa": (
        (
            "در مطلب بعدی درباره مالیات‌ها می‌نویسیم.",
            "در قسمت بعدی این مجموعه به سراغ جرثقیل‌ها می‌رویم.",
            "ادامه این مطلب را در بخش دوم بخوانید.",
            "قسمت بعد: شیفت شب",
            "بخش سوم به‌زودی منتشر می‌شود.",
            "در بخش بعدی این گزارش به مالیات‌ها خواهیم پرداخت.",
        ),
        (
            "در قسمت اول درباره جرثقیل‌ها گفتیم.",
            "جلسه بعدی دوشنبه برگزار می‌شود.",
            "قسمت بعدی سریال جمعه پخش می‌شود.",
        ),
    ),
    "he": (
        (
            "בכתבה הבאה נראה איך עובד עגורן.",
            "החלק הבא יעסוק במסים.",
            "על המסים – בחלק הבא.",
            "בפעם הבאה: משמרת הלילה",
        ),
        (
            "בחלק הראשון ראינו את העגורן.",
            "הישיבה הבאה תתקיים ביום שני.",
        ),
    ),
    "zh": (
        (
            "下一篇文章我会介绍如何使用起重机。",
            "在下一部分中，我们将深入研究税收。",
            "请继续关注第二部分。",
            "后续文章将介绍夜班。",
            "我会在下一篇中详细介绍。",
            "在本系列的第二部分，我们将学习如何测试。",
            "下次再聊夜班。",
            "第 2 部分将于下周发布。",
            "更多内容，请期待下一篇。",
        ),
        (
            "在第一部分，我们介绍了起重机。",
            "在上一篇文章中，我们讨论了税收。",
            "下一次会议将于周一举行。",
            "接下来我们将安装依赖。",
            "如果你错过了第一部分，可以在这里阅读。",
            "这是本系列的第二部分。",
            "下一节课在周三。",
        ),
    ),
    "ja": (
        (
            "次回はクレーンの仕組みを見ていきます。",
            "次回へ続く",
            "詳しくは次回の記事で。",
            "次回、夜勤の人々に迫る。",
            "後編では税金について掘り下げます。",
            "続きは次回。",
            "第3回は来週公開予定です。",
        ),
        (
            "前編ではクレーンを紹介しました。",
            "次回の選挙は来年行われる。",
            "次回会合は月曜日に開かれる。",
            "この記事は連載の第2回です。",
        ),
    ),
}


@pytest.mark.parametrize(("text", "part", "what"), [row for rows in PROMISES.values() for row in rows], ids=str)
def test_announcements(text: str, part: int | None, what: str | None) -> None:
    (found,) = announcements(text, "")
    assert found.part == part
    if what:
        assert what in {found.title, found.topic}


@pytest.mark.parametrize("text", [text for promises, _ in MORE.values() for text in promises])
def test_what_announces_something(text: str) -> None:
    assert len(announcements(text, "")) == 1


@pytest.mark.parametrize(
    "text", [*(t for ts in NOTHING.values() for t in ts), *(t for _, ts in MORE.values() for t in ts)]
)
def test_what_announces_nothing(text: str) -> None:
    assert announcements(text, "") == ()


@pytest.mark.parametrize(
    ("title", "text", "part"),
    [
        ("Die Hafenakten, Teil 2", "Demnächst in Teil 2: Oil. Im nächsten Teil geht es um Öl.", 3),
        ("Портовые дела, часть 2", "В следующей части мы расскажем о налогах.", 3),
        ("پرونده‌های بندر - قسمت دوم", "در قسمت بعد به مالیات‌ها می‌پردازیم.", 3),
        ("港口档案（二）", "第二部分将介绍夜班。下一篇文章将讨论税收。", 3),
        ("港の記録 第2回", "次回は税金について解説します。", 3),
    ],
)
def test_a_part_announces_what_follows_it(title: str, text: str, part: int) -> None:
    (found,) = announcements(text, title)
    assert found.part == part


def test_related_reading_is_listed_in_every_language() -> None:
    lines = [text for texts in NOTHING.values() for text in texts if related(text)]
    assert len(lines) == len(NOTHING)


@pytest.mark.parametrize(
    "text",
    [
        *(
            word * 20_000
            for word in ("teil ", "im nächsten ", "partie ", "dans la ", "parte ", "en la ", "bölüm ", "часть ")
        ),
        *(
            word * 20_000
            for word in ("в следующей ", "قسمت ", "در قسمت ", "الجزء ", "חלק ", "第", "下一篇", "次回", "第一", "（")
        ),
    ],
)
def test_long_texts_are_read_quickly(text: str) -> None:
    announcements(text, text[:1_000])
