"""Pure. The generic resources' fields, in the order in which the shop writes them."""

from __future__ import annotations

from demo.records import kind

HOTELS = kind(
    "hotels",
    "hotels",
    "hotel",
    "id phone address id_country>countries id_state>states city zipcode"
    " id_default_image>images/hotels! use_global_max_order_date max_order_date"
    " use_global_preparation_time preparation_time id_category email rating check_in"
    " check_out active latitude longitude map_formated_address map_input_text"
    " active_refund date_add date_upd policies* hotel_name* description*"
    " short_description*",
)
ROOM_TYPES = kind(
    "room_types",
    "room_types",
    "room_type",
    "id id_hotel>hotels! adults! children! id_manufacturer id_supplier"
    " id_category_default>categories new cache_default_attribute"
    " id_default_image>images/room_types/{id}! id_tax_rules_group>tax_rule_groups"
    " position_in_category! type! id_shop_default reference supplier_reference"
    " location width height depth weight quantity_discount ean13 upc cache_is_pack"
    " cache_has_attachments is_virtual on_sale online_only ecotax minimal_quantity"
    " allow_multiple_quantity max_quantity price_calculation_method price"
    " wholesale_price unity unit_price_ratio additional_shipping_cost customizable"
    " text_fields uploadable_files active redirect_type id_product_redirected"
    " available_for_order available_date condition auto_add_to_cart"
    " price_addition_type show_at_front show_price indexed visibility"
    " advanced_stock_management date_add date_upd pack_stock_type meta_description*"
    " meta_keywords* meta_title* link_rewrite* name* description*"
    " description_short* available_now* available_later*",
)
HOTEL_ROOMS = kind(
    "hotel_rooms",
    "rooms",
    "room",
    "id id_product>products id_hotel>hotels room_num id_status floor comment"
    " date_add date_upd",
)
CUSTOMERS = kind(
    "customers",
    "customers",
    "customer",
    "id id_default_group id_lang>languages newsletter_date_add"
    " ip_registration_newsletter last_passwd_gen secure_key deleted passwd phone"
    " lastname firstname email id_gender birthday newsletter optin website company"
    " siret ape outstanding_allow_amount show_public_prices id_risk max_payment_days"
    " active note is_guest id_shop id_shop_group date_add date_upd",
)
ORDER_STATES = kind("order_states", "order_states", "order_state", "id name*")
SERVICES = kind("services", "services", "service", "id")
CUSTOMER_MESSAGES = kind(
    "customer_messages",
    "customer_messages",
    "customer_message",
    "id id_employee id_customer_thread ip_address message file_name user_agent"
    " private date_add date_upd read",
)
ORDER_PAYMENTS = kind(
    "order_payments", "order_payments", "order_payment", "id transaction_id"
)
ORDERS = kind(
    "orders",
    "orders",
    "order",
    "id id_address_delivery>addresses id_address_invoice>addresses"
    " id_address_tax>addresses id_cart>carts id_currency>currencies id_lang>languages"
    " id_customer>customers current_state>order_states module invoice_number"
    " invoice_date valid date_add date_upd transaction_id! secure_key payment"
    " payment_type total_discounts total_discounts_tax_incl total_discounts_tax_excl"
    " total_paid total_paid_tax_incl total_paid_tax_excl total_paid_real"
    " total_products total_products_wt conversion_rate source reference"
    " is_advance_payment advance_paid_amount with_occupancy",
)
ROOM_BOOKINGS = kind(
    "room_bookings",
    "bookings",
    "booking",
    "id id_product>products id_hotel>hotels id_order>orders id_order_detail id_cart"
    " id_room id_customer booking_type id_status comment check_in check_out date_from"
    " date_to total_price_tax_excl total_price_tax_incl total_paid_amount is_refunded"
    " is_cancelled is_back_order room_num room_type_name hotel_name city state country"
    " zipcode phone email check_in_time check_out_time adults children child_ages"
    " date_add date_upd",
)
ORDER_HISTORIES = kind(
    "order_histories",
    "order_histories",
    "order_history",
    "id id_employee>employees id_order_state>order_states id_order>orders date_add",
)
