// Mercurius with graphql-jit and pg: the same fields, the same answers, on Node.
import { createHash } from 'node:crypto'
import { Socket } from 'node:net'
import { parseArgs } from 'node:util'
import Fastify from 'fastify'
import mercurius from 'mercurius'
import pg from 'pg'

const MOST_SHOWN = 10
const BIGINT = 20

const SCHEMA = `
  scalar Decimal
  scalar CurrencyCode
  scalar DateTime
  type Money { amount: Decimal! currencyCode: CurrencyCode! }
  type Variant {
    sku: String! title: String! price: Money! inStock: Boolean! availableQuantity: Int
  }
  type Product {
    title: String! slug: String! description: String! variants: [Variant!]!
  }
  type ProductConnection { nodes: [Product!]! }
  enum OrderStatus { PENDING PLACED COMPLETED CANCELLED EXPIRED }
  type OrderLine { title: String! quantity: Int! total: Money! }
  type Totals { total: Money! }
  type Order {
    number: String! status: OrderStatus! placedAt: DateTime totals: Totals! lines: [OrderLine!]!
  }
  type OrderConnection { nodes: [Order!]! }
  type User { orders(first: Int = 20): OrderConnection }
  input ProductBy { id: ID slug: String }
  type Query {
    products(first: Int = 20): ProductConnection!
    product(by: ProductBy!): Product
    viewer: User
  }
`

const PAGE = `
  SELECT id, title, slug, description FROM product
   WHERE status = 'PUBLISHED' AND published_at <= now()
   ORDER BY published_at DESC, id DESC LIMIT $1`
const PRODUCT = `
  SELECT id, title, slug, description FROM product
   WHERE slug = $1 AND status = 'PUBLISHED' AND published_at <= now()`
const VARIANTS = `
  SELECT product_id, sku, title, price, on_hand - reserved AS available
    FROM variant JOIN stock ON stock.variant_id = variant.id
   WHERE product_id = ANY($1) AND active ORDER BY product_id, position, id`
const CUSTOMER = `
  SELECT users.id FROM session JOIN users ON users.id = session.user_id
   WHERE access_hash = $1 AND access_expires_at > now() AND users.status = 'ACTIVE'`
const ORDERS = `
  SELECT id, number, status, placed_at, total FROM orders WHERE user_id = $1
   ORDER BY coalesce(placed_at, created_at) DESC, id DESC LIMIT $2`
const LINES = `
  SELECT order_id, title, quantity, total FROM order_line
   WHERE order_id = ANY($1) ORDER BY order_id, position, id`

pg.types.setTypeParser(BIGINT, Number)
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, min: 2, max: 10 })

async function fetch (name, text, ...values) {
  return (await pool.query({ name, text, values })).rows
}

const [{ currency }] = await fetch('shop', 'SELECT currency FROM shop')

function money (minor) {
  const cents = String(minor % 100).padStart(2, '0')
  return { amount: `${Math.floor(minor / 100)}.${cents}`, currencyCode: currency }
}

function grouped (rows, key, ids) {
  const groups = new Map(ids.map(id => [id, []]))
  for (const row of rows) groups.get(row[key]).push(row)
  return ids.map(id => groups.get(id))
}

async function viewer (request) {
  const token = request.headers.authorization?.replace('Bearer ', '')
  if (!token) return null
  const digest = createHash('sha256').update(token).digest()
  const [user] = await fetch('customer', CUSTOMER, digest)
  return user ?? null
}

const resolvers = {
  Query: {
    products: async (_, { first }) => ({ nodes: await fetch('page', PAGE, first) }),
    product: async (_, { by }) => (await fetch('product', PRODUCT, by.slug))[0] ?? null,
    viewer: (_, __, { viewer }) => viewer
  },
  User: {
    orders: async (user, { first }) => ({ nodes: await fetch('orders', ORDERS, user.id, first) })
  },
  Order: {
    placedAt: order => order.placed_at.toISOString().replace('Z', '000Z'),
    totals: order => ({ total: money(order.total) })
  },
  OrderLine: { total: line => money(line.total) },
  Variant: {
    price: variant => money(variant.price),
    inStock: variant => variant.available > 0,
    availableQuantity: variant => Math.min(variant.available, MOST_SHOWN)
  }
}

const loaders = {
  Product: {
    variants: {
      loader: async queries => {
        const ids = queries.map(({ obj }) => obj.id)
        return grouped(await fetch('variants', VARIANTS, ids), 'product_id', ids)
      },
      opts: { cache: false }
    }
  },
  Order: {
    lines: {
      loader: async queries => {
        const ids = queries.map(({ obj }) => obj.id)
        return grouped(await fetch('lines', LINES, ids), 'order_id', ids)
      },
      opts: { cache: false }
    }
  }
}

const { values } = parseArgs({
  options: { line: { type: 'string' }, listener: { type: 'string' } }
})
const app = Fastify()
app.register(mercurius, {
  schema: SCHEMA,
  resolvers,
  loaders,
  jit: 1,
  context: async request => ({ viewer: await viewer(request) })
})
await app.ready()
const line = new Socket({ fd: Number(values.line) })
line.on('close', () => process.exit(1)) // whoever measures us is gone
line.resume()
process.on('SIGTERM', () => process.exit(0))
app.server.listen({ fd: Number(values.listener) }, () => line.write('R'))
