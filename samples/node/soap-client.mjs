// Le même parcours avec le paquet npm « soap », qui lit le contrat à l'adresse du service.
import crypto from 'node:crypto'
import https from 'node:https'
import soap from 'soap'
import { day, securityHeader, settings, training } from './vector.mjs'

const given = settings()
const client = await soap.createClientAsync(`${given.url}?wsdl`, { wsdl_options: { httpsAgent: new https.Agent(given.tls) } })
client.setSecurity(new soap.ClientSSLSecurity(Buffer.from(given.tls.key), Buffer.from(given.tls.cert), Buffer.from(given.tls.ca)))

async function call (operation, values) {
  client.clearSoapHeaders()
  client.addSoapHeader(securityHeader(given))
  const [answer] = await client[`${operation}Async`]({ identifiantRequete: crypto.randomUUID(), ...values })
  const file = answer.dossier ? answer.dossier[0] : answer
  console.log(JSON.stringify({ operation, etat: file.etat, numeroDossier: file.numeroDossier }))
  return answer
}

const { numeroDossier } = await call('CreerDossier', { titulaire: given.person, formation: training(given.start) })
await call('DeclarerEntree', { numeroDossier, dateEntree: given.start })
await call('DeclarerSortie', { numeroDossier, dateSortie: day(given.start, 60), motifSortie: 'TERME', resultat: { resultat: 'TOTAL' } })
await call('ConsulterDossiers', { titulaire: given.person })
