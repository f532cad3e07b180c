// Security keys: the browser asks for the key, then the form is sent. Without script the page says what to do instead.
(() => {
  'use strict'

  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0))

  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '')

  const withBytes = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }))

  async function created (options) {
    return navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: withBytes(options.excludeCredentials)
      }
    })
  }

  async function found (options) {
    return navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: withBytes(options.allowCredentials)
      }
    })
  }

  function written (credential) {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) }
    for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (credential.response[part]) response[part] = text(credential.response[part])
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults()
    })
  }

  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const refused = document.getElementById(form.dataset.passkeyRefused)
    form.addEventListener('submit', async (event) => {
      const field = form.elements.credential
      if (field.value) return
      event.preventDefault()
      if (refused) refused.hidden = true
      try {
        const options = JSON.parse(form.dataset.passkeyOptions).publicKey
        field.value = written(await (form.dataset.passkey === 'create' ? created(options) : found(options)))
        form.submit()
      } catch {
        if (refused) refused.hidden = false
      }
    })
  }
})()
