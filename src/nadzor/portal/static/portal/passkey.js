// SPDX-License-Identifier: Apache-2.0
// Keys (WebAuthn): asks the browser for what the page's challenge wants, puts it into the form, sends the form.
"use strict";
(function () {
  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) { return letter.charCodeAt(0); });
  }
  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }
  function listed(keys) {
    return (keys || []).map(function (key) { return Object.assign({}, key, { id: bytes(key.id) }); });
  }
  function asked(told) {
    var wanted = Object.assign({}, told, { challenge: bytes(told.challenge) });
    if (told.user) { wanted.user = Object.assign({}, told.user, { id: bytes(told.user.id) }); }
    if (told.excludeCredentials) { wanted.excludeCredentials = listed(told.excludeCredentials); }
    if (told.allowCredentials) { wanted.allowCredentials = listed(told.allowCredentials); }
    return { publicKey: wanted };
  }
  function said(found) {
    var answer = found.response, told = { clientDataJSON: text(answer.clientDataJSON) };
    if (answer.attestationObject) {
      told.attestationObject = text(answer.attestationObject);
      told.transports = answer.getTransports ? answer.getTransports() : [];
    } else {
      told.authenticatorData = text(answer.authenticatorData);
      told.signature = text(answer.signature);
      told.userHandle = answer.userHandle ? text(answer.userHandle) : null;
    }
    return JSON.stringify({
      id: found.id, rawId: text(found.rawId), type: found.type, response: told,
      clientExtensionResults: found.getClientExtensionResults()
    });
  }
  function prepare(form) {
    var button = form.querySelector("[data-passkey-button]"), wrong = form.querySelector("[data-passkey-wrong]");
    form.querySelector("[data-passkey-none]").hidden = true;
    button.hidden = false;
    button.addEventListener("click", function () {
      var wanted = asked(JSON.parse(form.dataset.options).publicKey);
      wrong.hidden = true;
      navigator.credentials[form.dataset.passkey](wanted).then(function (found) {
        form.elements.credential.value = said(found);
        form.submit();
      }).catch(function () { wrong.hidden = false; button.focus(); });
    });
  }
  if (window.PublicKeyCredential) { document.querySelectorAll("form[data-passkey]").forEach(prepare); }
})();
