// SPDX-License-Identifier: Apache-2.0
// Keys for those who want them: / search, j k lines, g + letter pages, ? help. Switched off in the rail.
"use strict";
(function () {
  var places = { o: "/", s: "/signals/", d: "/devices/", m: "/months/" };
  var waiting = false;
  function typing(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }
  function lines() {
    return Array.prototype.slice.call(document.querySelectorAll("main .ledger .title, main tbody th[scope=row] a"));
  }
  function step(by) {
    var all = lines();
    if (!all.length) { return; }
    var at = all.indexOf(document.activeElement);
    var next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus();
  }
  function go(key) {
    var known = document.querySelector('.rail a[href="' + places[key] + '"]') || (key === "o" && { href: "/" });
    if (known) { window.location.assign(known.href); }
  }
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) { return; }
    if (waiting) { waiting = false; if (places[event.key]) { event.preventDefault(); go(event.key); } return; }
    if (event.key === "g") { waiting = true; setTimeout(function () { waiting = false; }, 1200); return; }
    if (event.key === "j") { step(1); return; }
    if (event.key === "k") { step(-1); return; }
    if (event.key === "?") { window.location.assign("/help/"); return; }
    if (event.key === "/") {
      var field = document.querySelector('main input[type="search"]');
      if (field) { event.preventDefault(); field.focus(); field.select(); } else { window.location.assign("/register/"); }
    }
  });
})();
