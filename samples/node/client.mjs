// Client AGORA avec Node seul : création, entrée, sortie, consultation.
import crypto from 'node:crypto'
import https from 'node:https'
import { day, escape, securityHeader, settings, training } from './vector.mjs'

const given = settings()
const agent = new https.Agent({ ...given.tls, keepAlive: true })

const xml = values => Object.entries(values).flatMap(([name, value]) =>
  (Array.isArray(value) ? value : [value]).map(item =>
    `<a:${name}>${typeof item === 'object' ? xml(item) : escape(item)}</a:${name}>`)).join('')

function call (operation, values) {
  // Écrit sous sa forme canonique exclusive, que le vecteur peut lier.
  const asked = `<a:${operation} xmlns:a="${given.namespace}">` +
    `${xml({ identifiantRequete: crypto.randomUUID(), ...values })}</a:${operation}>`
  const body = '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Header>' +
    `${securityHeader(given, asked)}</soap:Header><soap:Body>${asked}</soap:Body></soap:Envelope>`
  const digest = crypto.createHash('sha256').update(body, 'utf8').digest('hex')
  const headers = { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${given.namespace}:${operation}"`, 'Content-Length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const request = https.request(given.url, { method: 'POST', agent, headers }, response => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', part => { text += part })
      response.on('end', () => {
        const of = name => (text.match(new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`)) || [])[1]
        if (response.statusCode !== 200) return reject(new Error(`${of('faultcode')} ${of('libelle')} ${of('idTrace')}`))
        if (of('empreinteRequete') !== digest) return reject(new Error('la réponse est celle d’une autre requête'))
        console.log(JSON.stringify({ operation, etat: of('etat'), numeroDossier: of('numeroDossier') }))
        resolve({ numeroDossier: of('numeroDossier') })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}

const { numeroDossier } = await call('CreerDossier', { titulaire: given.person, formation: training(given.start) })
await call('DeclarerEntree', { numeroDossier, dateEntree: given.start })
await call('DeclarerSortie', { numeroDossier, dateSortie: day(given.start, 60), motifSortie: 'TERME', resultat: { resultat: 'TOTAL' } })
await call('ConsulterDossiers', { titulaire: given.person })
agent.destroy()
