// Le vecteur d'identification : une assertion SAML 2.0 écrite directement sous sa forme canonique, puis signée.
import crypto from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXC = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const SAML_ID = 'http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLID'

export function settings () {
  const folder = process.env.AGORA_PKI
  const read = name => fs.readFileSync(path.join(folder, name), 'utf8')
  const partner = JSON.parse(read('partner.json')).partner
  const url = process.env.AGORA_URL || partner.endpoint
  return {
    partner,
    url,
    // L'adresse dit la version du contrat.
    namespace: `urn:cpa:agora:${new URL(url).pathname.match(/v(\d+)\/$/)[1]}`,
    bindsBody: Boolean(process.env.AGORA_LIER_CORPS),
    tls: { ca: read('ca.pem'), cert: read('partner-tls.pem'), key: read('partner-tls.key') },
    vi: { cert: read('partner-vi.pem'), key: read('partner-vi.key') },
    person: { nir: process.env.AGORA_NIR, nomNaissance: process.env.AGORA_NOM },
    start: process.env.AGORA_DEBUT
  }
}

export const escape = text => String(text)
  .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#xD;')

const instant = seconds => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
const sha256 = text => crypto.createHash('sha256').update(text, 'utf8').digest('base64')

// Forme canonique exclusive : attributs triés, espaces de noms déclarés là où ils servent, aucune balise vide.
function assertion (partner, id, signature, bodyDigest) {
  const end = instant(240)
  const codes = partner.pagm.map(code => `<saml:AttributeValue>${escape(code)}</saml:AttributeValue>`).join('')
  return `<saml:Assertion xmlns:saml="${SAML}" ID="${id}" IssueInstant="${instant(0)}" Version="2.0">` +
    `<saml:Issuer>${escape(partner.issuer)}</saml:Issuer>${signature}` +
    `<saml:Subject><saml:NameID>${escape(partner.nameid)}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<saml:SubjectConfirmationData NotOnOrAfter="${end}" Recipient="${escape(partner.recipient)}"></saml:SubjectConfirmationData>` +
    `</saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${instant(-30)}" NotOnOrAfter="${end}"><saml:AudienceRestriction>` +
    `<saml:Audience>${escape(partner.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${instant(0)}" SessionIndex="${id}"><saml:AuthnContext>` +
    `<saml:AuthnContextClassRef>${escape(partner.authn_context)}</saml:AuthnContextClassRef>` +
    `</saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement><saml:Attribute Name="PAGM">${codes}</saml:Attribute>` +
    (bodyDigest && `<saml:Attribute Name="EmpreinteCorps"><saml:AttributeValue>${bodyDigest}</saml:AttributeValue></saml:Attribute>`) +
    '</saml:AttributeStatement>' +
    '</saml:Assertion>'
}

// `asked` : l'élément d'opération sous sa forme canonique exclusive ; sans lui, le vecteur n'est lié à aucun corps.
export function securityHeader ({ partner, vi, bindsBody }, asked = '') {
  const bodyDigest = bindsBody && asked ? crypto.createHash('sha256').update(asked, 'utf8').digest('hex') : ''
  const id = `_${crypto.randomUUID().replaceAll('-', '')}`
  const unsigned = assertion(partner, id, '', bodyDigest)
  const info = declared => `<ds:SignedInfo${declared}>` +
    `<ds:CanonicalizationMethod Algorithm="${EXC}"></ds:CanonicalizationMethod>` +
    '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
    `<ds:Reference URI="#${id}"><ds:Transforms>` +
    `<ds:Transform Algorithm="${DS}enveloped-signature"></ds:Transform><ds:Transform Algorithm="${EXC}"></ds:Transform>` +
    '</ds:Transforms><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>' +
    `<ds:DigestValue>${sha256(unsigned)}</ds:DigestValue></ds:Reference></ds:SignedInfo>`
  const value = crypto.createSign('RSA-SHA256').update(info(` xmlns:ds="${DS}"`)).sign(vi.key, 'base64')
  const certificates = [...vi.cert.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)]
    .map(found => `<ds:X509Certificate>${found[1].replace(/\s/g, '')}</ds:X509Certificate>`).join('')
  const signature = `<ds:Signature xmlns:ds="${DS}">${info('')}<ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data>${certificates}</ds:X509Data></ds:KeyInfo></ds:Signature>`
  // L'assertion est datée une seule fois : la signature est placée dans le texte même qui a été signé.
  const signed = unsigned.replace('</saml:Issuer>', `</saml:Issuer>${signature}`)
  return `<wsse:Security xmlns:wsse="${WSSE}">${signed}<wsse:SecurityTokenReference>` +
    `<wsse:KeyIdentifier ValueType="${SAML_ID}">${id}</wsse:KeyIdentifier></wsse:SecurityTokenReference></wsse:Security>`
}

export function day (start, after) {
  const date = new Date(`${start}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + after)
  return date.toISOString().slice(0, 10)
}

export function training (start) {
  return {
    intitule: 'Soudage semi-automatique',
    organisme: { siret: '16000001400011', raisonSociale: 'Atelier du port' },
    dateDebut: start,
    dateFin: day(start, 60),
    dureeMinutes: 24000,
    prix: '1500.00',
    financement: [{ typeFinanceur: '2', montant: '1500.00' }]
  }
}
