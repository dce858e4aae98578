import type { OfferedTool } from '../tool-case.ts';
import { choice, object, text } from './schema.ts';

const ORDER_ID = text('Number of the order, for example Z-1000');

export const SHOP: readonly OfferedTool[] = [
  {
    name: 'find_products',
    description: 'Finds products of the shop.',
    parameters: object(
      { query: text('What to look for'), max_price: { type: 'number', description: 'Highest price in euros' } },
      ['query'],
    ),
    result: 'Two products found: Trail 2 (79 euros), Stride (65 euros).',
  },
  {
    name: 'get_order',
    description: 'Gets the status of an order.',
    parameters: object({ order_id: ORDER_ID }, ['order_id']),
    result: 'The order is on its way.',
  },
  {
    name: 'place_order',
    description: 'Places an order for a customer.',
    parameters: object(
      {
        customer: object({ name: text('Full name'), email: text('E-mail address') }, ['name', 'email']),
        items: {
          type: 'array',
          minItems: 1,
          items: object(
            {
              product: text('Name of the product'),
              quantity: { type: 'integer', minimum: 1 },
              color: choice(['black', 'white', 'red', 'green', 'blue']),
            },
            ['product', 'quantity'],
          ),
        },
        express: { type: 'boolean', description: 'Express delivery; false when left out' },
      },
      ['customer', 'items'],
    ),
    result: 'The order is placed under the number Y-9001.',
  },
  {
    name: 'return_item',
    description: 'Starts the return of an item of an order.',
    parameters: object(
      {
        order_id: ORDER_ID,
        item: text('What is sent back'),
        reason: choice(['damaged', 'wrong_size', 'changed_mind', 'other']),
      },
      ['order_id', 'item', 'reason'],
    ),
    result: 'The return is registered; a label is on its way.',
  },
  {
    name: 'get_shipping_cost',
    description: 'Gets what it costs to ship a parcel to a country.',
    parameters: object(
      { country: text('Name of the country'), weight_kg: { type: 'number', description: 'Weight in kilograms' } },
      ['country', 'weight_kg'],
    ),
    result: '14.50 euros.',
  },
];
