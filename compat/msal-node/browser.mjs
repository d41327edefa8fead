// A person at a browser without JavaScript: fills the forms it is shown and
// follows redirects until one leads away from the server.
const decode = (s) =>
  s
    .replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n)))
    .replace(/&#x([0-9a-f]+);/gi, (_, n) => String.fromCodePoint(parseInt(n, 16)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')

const attribute = (tag, name) => {
  const found = new RegExp(`\\b${name}\\s*=\\s*"([^"]*)"`, 'i').exec(tag)
  return found ? decode(found[1]) : ''
}

const primary = /<button\b(?![^>]*\sform=)[^>]*class="[^"]*\bprimary\b[^>]*>/i

export class Browser {
  constructor(base, answers) {
    this.base = base
    this.answers = answers
    this.cookies = new Map()
  }

  async send(address, init = {}) {
    const response = await fetch(address, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join('; ') },
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...rest] = line.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at).trim()
      if (rest.some((r) => /max-age=(0|-\d+)/i.test(r))) this.cookies.delete(name)
      else this.cookies.set(name, pair.slice(at + 1).trim())
    }
    return response
  }

  // visit returns {left: URL} or {page: text}.
  async visit(address) {
    let at = new URL(address)
    let response = await this.send(at)
    for (let step = 0; step < 40; step++) {
      const to = response.headers.get('location')
      if (response.status >= 300 && response.status < 400 && to) {
        at = new URL(to, at)
        if (!at.href.startsWith(this.base)) return { left: at }
        response = await this.send(at)
        continue
      }
      const page = await response.text()
      // The form with the button that goes on; others lead back.
      const form = page.match(/<form[^>]*>[\s\S]*?<\/form>/gi)?.find((f) => primary.test(f))
      const values = form && this.fill(form)
      if (!values) return { page }
      at = new URL(attribute(/<form[^>]*>/i.exec(form)[0], 'action'), at)
      response = await this.send(at, {
        method: 'POST',
        body: values.toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: this.base, 'sec-fetch-site': 'same-origin' },
      })
    }
    throw new Error('forty pages and no end')
  }

  fill(form) {
    const values = new URLSearchParams()
    for (const [tag] of form.matchAll(/<(input|button)\b[^>]*>/gi)) {
      const name = attribute(tag, 'name')
      const kind = attribute(tag, 'type')
      if (/^<button/i.test(tag)) {
        if (name && primary.test(tag)) values.set(name, attribute(tag, 'value'))
      } else if (kind === 'hidden') values.set(name, attribute(tag, 'value'))
      else if (!['checkbox', 'radio', 'submit'].includes(kind) && name) {
        if (!(name in this.answers)) return null
        values.set(name, this.answers[name])
      }
    }
    return values
  }
}
