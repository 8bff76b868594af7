/* Passkeys: asks the browser for one, and sends its answer with the form. Without it, or in a browser that knows no passkeys,
   the forms stay hidden: there are other ways in. */
(() => {
  "use strict";
  const api = window.PublicKeyCredential;
  if (!api || !api.parseRequestOptionsFromJSON) return;
  for (const form of document.querySelectorAll("form[data-challenge]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button"), wrong = form.querySelector("[data-wrong]"), token = form.elements.csrf_token;
      button.disabled = true;
      wrong.hidden = true;
      try {
        const answer = await fetch(form.dataset.challenge, { method: "POST", headers: token ? { "X-CSRF-Token": token.value } : {} });
        if (!answer.ok) throw new Error(answer.status);
        const options = await answer.json();
        const made = options.user
          ? await navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(options) });
        form.elements.credential.value = JSON.stringify(made.toJSON());
        form.submit();
      } catch {
        wrong.hidden = false;
        button.disabled = false;
      }
    });
  }
})();
