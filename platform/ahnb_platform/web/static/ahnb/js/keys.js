// Security keys and passkeys: the browser's ceremony fills an ordinary form, which is then sent.
const ACTS = { add: register, use: confirm, login: logIn };

for (const form of document.querySelectorAll("form[data-key]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    perform(form);
  });
}

async function perform(form) {
  const told = form.querySelector("[data-key-error]");
  told.hidden = true;
  try {
    const credential = await ACTS[form.dataset.key](form);
    form.elements.credential.value = JSON.stringify(asJson(credential));
    form.submit();
  } catch (error) {
    told.textContent = error.name === "InvalidStateError" ? "This key is added already." : "That did not work. Try again.";
    told.hidden = false;
  }
}

function givenOptions() {
  return JSON.parse(document.getElementById("key-options").textContent);
}

function register(form) {
  const options = givenOptions().creation_options.publicKey;
  const isPasskey = form.elements.passwordless?.checked ?? false;
  options.authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: isPasskey ? "required" : "discouraged",
    requireResidentKey: isPasskey,
    ...(isPasskey && { userVerification: "required" }),
  };
  options.user.id = bytes(options.user.id);
  return navigator.credentials.create({ publicKey: withBytes(options) });
}

function confirm() {
  return navigator.credentials.get({ publicKey: withBytes(givenOptions().request_options.publicKey) });
}

async function logIn(form) {
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  const options = (await answer.json()).request_options.publicKey;
  return navigator.credentials.get({ publicKey: withBytes(options) });
}

function withBytes(options) {
  const ids = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.excludeCredentials && { excludeCredentials: ids(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: ids(options.allowCredentials) }),
  };
}

function asJson(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

// The base64 of URLs, without padding.
function bytes(encoded) {
  const plain = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
