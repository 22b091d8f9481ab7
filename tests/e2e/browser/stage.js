// What the tests do to a page: hear every call of a vector, poke every element, say what stands there.
(() => {
  if (window.__stage) return;
  const tell = what => console.debug(`FIRED ${what}`);
  for (const name of ["__fired", "alert", "prompt", "confirm", "print"]) {
    Object.defineProperty(window, name, { value: tell });
  }
  const led = link => /^(https?|mailto):$/.test(link.protocol);  // following a link is the reader's wish
  window.addEventListener("click", event => {
    for (const step of event.composedPath()) {
      if (step.localName === "a" && typeof step.href === "string" && led(step)) event.preventDefault();
    }
  }, true);

  const EVENTS = ["load", "error", "mouseover", "mouseenter", "pointerover", "focusin", "focus", "blur", "input", "change",
    "scroll", "toggle", "animationstart", "transitionend", "begin", "contextmenu", "keydown", "submit"];
  const namesOf = element => Element.prototype.getAttributeNames.call(element);  // a form's fields may bear any name
  const quietly = act => { try { act() } catch { /* an element that cannot do it */ } };
  const poke = root => {
    for (const element of root.querySelectorAll("*")) {
      const own = namesOf(element).filter(name => name.startsWith("on")).map(name => name.slice(2));
      for (const event of [...EVENTS, ...own]) {
        quietly(() => element.dispatchEvent(new Event(event, { cancelable: true })));
        if (element.localName === "body") quietly(() => root.defaultView.dispatchEvent(new Event(event)));
      }
      quietly(() => element.focus?.());
      quietly(() => element.click?.());
      if (!element.click) quietly(() => element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true })));
      if (element.localName === "form") quietly(() => HTMLFormElement.prototype.requestSubmit.call(element));
    }
  };
  const seen = root => {
    const found = { marks: new Set(), links: new Set(), comments: new Set(), styles: new Set() };
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ALL);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      if (node.nodeType === 8) found.comments.add(node.data);
      if (node.nodeType !== 1) continue;
      if (node.namespaceURI !== "http://www.w3.org/1999/xhtml") found.marks.add(`${node.namespaceURI} ${node.localName}`);
      found.marks.add(node.localName);
      if (node.localName === "style") found.styles.add(node.textContent);
      for (const name of namesOf(node)) {
        const value = Element.prototype.getAttribute.call(node, name);
        found.marks.add(`${node.localName} ${name}`);
        if (name === "style") found.styles.add(value);
        if (name === "href") found.links.add(`${node.protocol} ${value}`);
      }
    }
    return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, [...values]]));
  };
  const framed = act => [...document.querySelectorAll("iframe")].map(frame => {
    try { return act(frame.contentDocument) } catch { return null }  // it went elsewhere
  });
  const shown = (texts, fill) => {  // places like those that mail and chat clients give to other people's words
    const all = document.body.appendChild(document.createElement("main"));
    for (const text of texts) fill(all.appendChild(document.createElement("div")), text);
    poke(all);
    const found = seen(all);
    all.remove();
    return found;
  };
  const escaped = text => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt()};`);
  Object.defineProperty(window, "__stage", { value: {
    poke: () => { framed(poke); poke(document) },
    seen: () => framed(document => document && seen(document)),
    cleaned: texts => {
      const again = html => {
        const inert = document.implementation.createHTMLDocument().body;
        inert.innerHTML = html;
        return inert.innerHTML;
      };
      const restless = texts.filter(html => again(again(html)) !== again(html));
      return { ...shown(texts, (place, html) => { place.innerHTML = html }), restless };
    },
    text: texts => shown(texts, (place, text) => {  // a client without HTML: escaped, and addresses made into links
      const parts = text.split(/\b((?:https?:\/\/|mailto:)[^\s<>"]+)/);
      place.innerHTML = parts.map((part, at) => {
        const safe = escaped(part);
        return at % 2 && URL.canParse(part) ? `<a href="${safe}">${safe}</a>` : safe;
      }).join("");
    }),
    chat: messages => shown(messages, (place, runs) => {  // Slack: three entities are read; a link is words and an address
      const read = text => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
      for (const { text, url } of runs) {
        const run = place.appendChild(document.createElement(url ? "a" : "span"));
        run.textContent = read(text);
        if (url) run.setAttribute("href", url);
      }
    }),
  } });
})();
