// Passkeys: the browser asks for face, finger or PIN; its signed answer goes to the server in a hidden field.
// <form data-passkey="make|use|sign-in"> with an input named credential; options in #passkey-options, or, to sign in, from
// the form's own address. What went wrong is said in [data-passkey-failed], which names the words.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

const make = async ({ publicKey }) => {
  const verifiesItsHolder = { ...publicKey.authenticatorSelection, residentKey: "required", requireResidentKey: true, userVerification: "required" };
  const made = await navigator.credentials.create({ publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), user: { ...publicKey.user, id: bytes(publicKey.user.id) },
    excludeCredentials: keys(publicKey.excludeCredentials), authenticatorSelection: verifiesItsHolder } });
  return answer(made, { attestationObject: text(made.response.attestationObject), transports: made.response.getTransports?.() || [] });
};

const use = async ({ publicKey }) => {
  const used = await navigator.credentials.get({ publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: keys(publicKey.allowCredentials) } });
  const { authenticatorData, signature, userHandle } = used.response;
  return answer(used, { authenticatorData: text(authenticatorData), signature: text(signature), ...(userHandle && { userHandle: text(userHandle) }) });
};

const answer = (credential, response) => ({
  id: credential.id, rawId: text(credential.rawId), type: credential.type, authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(), response: { clientDataJSON: text(credential.response.clientDataJSON), ...response },
});

const optionsFor = async (form) => {
  if (form.dataset.passkey !== "sign-in") return JSON.parse(document.getElementById("passkey-options").textContent);
  const fetched = await fetch(form.action, { headers: { Accept: "application/json" } });
  const found = await fetched.json();
  return found.request_options;
};

const start = async (event) => {
  const form = event.target;
  const failed = document.querySelector("[data-passkey-failed]");
  event.preventDefault();
  event.stopImmediatePropagation();
  failed.hidden = true;
  try {
    const options = await optionsFor(form);
    const credential = await (form.dataset.passkey === "make" ? make(options) : use(options));
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  } catch {
    failed.hidden = false;
    failed.focus();
  }
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential) form.addEventListener("submit", start);
  else form.hidden = true;
}
